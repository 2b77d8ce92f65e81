import {copyFileSync, existsSync, mkdirSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import type {Outcome} from '../../bench/callers/copying.js';
import type {CallerName} from '../../bench/callers/index.js';
import {observe} from '../../bench/compare/observe.js';
import type {Situation, Trial} from '../../bench/compare/situation.js';
import {aborted} from '../../bench/compare/situations/aborted.js';
import {busyTarget} from '../../bench/compare/situations/busy-target.js';
import {killed, killedOverOld} from '../../bench/compare/situations/killed.js';
import {lockedSource} from '../../bench/compare/situations/locked-source.js';
import {
	lookAt,
	newTarget,
	pathOf,
	type Content,
	type Found,
	type FoundFile,
	type FoundTarget,
} from '../../bench/compare/target.js';
import {endWords} from '../../bench/compare/words.js';
import {startDatabases} from '../../bench/harness/databases.js';
import {setJournalMode} from '../../bench/harness/writer.js';
import {makeDirectory} from '../helpers/directory.js';
import {isInstalled} from '../helpers/program.js';

const {signal} = new AbortController();

const databases = startDatabases(signal);
test.after.always(async () => databases.end());

async function setUp(t: ExecutionContext, name: CallerName = 'better-sqlite3', bytes = 1e6): Promise<Trial> {
	const directory = makeDirectory(t);
	const source = await databases.make(join(directory, 'source'), 1, bytes);
	const rollbackSource = await databases.make(join(directory, 'rollback'), 1, bytes);
	const old = await databases.make(join(directory, 'old'), 1, 200e3);
	for (const made of [rollbackSource, old]) await setJournalMode(pathOf(made), 'DELETE', signal);
	const contender = {label: name, name, settings: {}};
	return {contender, directory: join(directory, 'trial'), source, rollbackSource, old, databases, signal};
}

/** What may stand under the target's name, how it comes there, and what it is. */
const TARGETS: Record<string, [(target: string, trial: Trial) => void, Partial<FoundTarget> | undefined]> = {
	'no file': [() => undefined, undefined],
	'an old copy': [
		(target, {old}) => {
			copyFileSync(pathOf(old), target);
		},
		{content: 'old copy', alone: 'old copy', untouched: true},
	],
	'a new copy': [
		(target, {source}) => {
			copyFileSync(pathOf(source), target);
		},
		{content: 'new copy', alone: 'new copy', untouched: false},
	],
	'an empty file': [
		(target) => {
			writeFileSync(target, '');
		},
		{content: 'empty', bytes: 0},
	],
	'half a file': [
		(target, {source}) => {
			copyFileSync(pathOf(source), target);
			truncateSync(target, source.bytes / 2);
		},
		{content: 'broken'},
	],
	'a copy that lacks a row': [
		(target, {source}) => {
			copyFileSync(pathOf(source), target);
			run(target, 'DELETE FROM account WHERE id = 7');
		},
		{content: 'broken'},
	],
	'a copy with money that was never there': [
		(target, {source}) => {
			copyFileSync(pathOf(source), target);
			run(target, 'UPDATE account SET balance = balance + 1 WHERE id = 7');
		},
		{content: 'broken'},
	],
};

for (const [name, [make, expected]] of Object.entries(TARGETS)) {
	test.serial(`tells what a target is: ${name}`, async (t) => {
		const trial = await setUp(t);
		mkdirSync(trial.directory);
		const target = await newTarget(trial);
		make(target, trial);
		const found = await lookAt(target, trial.source, trial);
		if (expected === undefined) t.is(found.target, undefined);
		else t.like(found.target, expected);
	});
}

const COMMON = {seconds: 1.5, setbacks: 0};
const FULFILLED: Outcome = {...COMMON, state: 'fulfilled', afterAbortMs: undefined, copied: {}};
const REJECTED: Outcome = {...COMMON, state: 'rejected', afterAbortMs: undefined, code: undefined, message: ''};
const PART: readonly FoundFile[] = [
	{name: 'copy.db', bytes: 100},
	{name: 'copy.db-journal', bytes: 20},
];

const found = (content: Content | undefined, files: readonly FoundFile[] = []): Found => ({
	files,
	target:
		content === undefined
			? undefined
			: {bytes: 0, untouched: false, alone: content, content, inspection: {integrity: 'ok', contents: undefined}},
});

const WORDS: readonly (readonly [Outcome, Found, string])[] = [
	[FULFILLED, found('new copy'), 'copies'],
	[FULFILLED, found(undefined), 'reports success, no file'],
	[FULFILLED, found('old copy'), 'reports success, old copy kept'],
	[FULFILLED, found('empty', [{name: 'copy.db', bytes: 0}]), 'reports success, leaves an empty file'],
	[{...REJECTED, code: 'SQLITE_BUSY'}, found(undefined), 'fails: SQLITE_BUSY; no file'],
	[
		{...REJECTED, code: 'ERR_SQLITE_ERROR', message: 'sqlite3 failed: Error: database is locked\n'},
		found('broken', PART),
		'fails: "database is locked"; leaves part of a file and a journal',
	],
	[{...COMMON, state: 'pending'}, found('empty', PART), 'no end in 1.5 s'],
];

for (const [outcome, what, words] of WORDS) {
	test.serial(`says "${words}"`, (t) => {
		t.is(endWords(outcome, what), words);
	});
}

/** What was seen of peers, each of which is a case of its own in the table. */
const SEEN: readonly (readonly [Situation, CallerName, string, RegExp])[] = [
	[lockedSource, 'better-sqlite3', 'node', /^reports success, no file$/],
	[lockedSource, 'CPython', 'python3', /^waits, then copies$/],
	[busyTarget, 'better-sqlite3', 'node', /^reports success, old copy untouched$/],
	[busyTarget, 'sqlite3 .backup', 'sqlite3', /^fails: "database is locked"; old copy untouched$/],
	[killed, 'better-sqlite3', 'node', /^part of a file, which opens as an empty database$/],
	[killedOverOld, 'better-sqlite3', 'node', /^old copy, but only with its journal$/],
	[aborted, 'better-sqlite3', 'node', /^ends in [\d.,]+ ms, nothing left$/],
];

for (const [situation, name, program, cell] of SEEN) {
	const where = isInstalled(program) ? test.serial : test.serial.skip;

	where(`${situation.title}: ${name}`, async (t) => {
		// Large enough to be met in the middle.
		const trial = await setUp(t, name, 64e6);
		const observed = await observe(situation, trial);
		t.regex(observed.cell, cell, JSON.stringify(observed.facts));
		t.false(existsSync(trial.directory));
	});
}

function run(path: string, sql: string): void {
	const database = new Database(path);
	database.exec(sql);
	database.close();
}
