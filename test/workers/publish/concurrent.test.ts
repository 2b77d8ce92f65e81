import {basename, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupManager, type BackupOptions, type ExistingMode} from '../../../src/index.js';
import {startBackupProcess} from '../../helpers/backup-process.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {seen, startReader} from '../../helpers/reader.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1000;
const OLD_ROWS = 150;
const FULFILLED = 'fulfilled';

interface Case {
	readonly jobs: number;
	/** In this process. */
	readonly managers: number;
	/** With a job each, beyond those of this process. */
	readonly processes?: number;
	/** Journal modes to try it in. */
	readonly modes: readonly ('rollback' | 'WAL')[];
}

const CASES: Readonly<Record<string, Case>> = {
	'two jobs of one manager': {jobs: 2, managers: 1, modes: ['WAL']},
	'twelve jobs of one manager': {jobs: 12, managers: 1, modes: ['rollback', 'WAL']},
	'two jobs of two managers': {jobs: 2, managers: 2, modes: ['rollback']},
	'twelve jobs of four managers': {jobs: 12, managers: 4, modes: ['rollback', 'WAL']},
	'jobs of two processes and this one': {jobs: 2, managers: 1, processes: 2, modes: ['rollback', 'WAL']},
};

/** Sources of different sizes, each with its own tag. */
function rowsOf(tag: number): number {
	return tag === OLD ? OLD_ROWS : 100 + 50 * tag;
}

/** The mode of each job in turn. */
const MODES: Readonly<Record<string, readonly ExistingMode[]>> = {
	"'replace'": ['replace'],
	"'overwrite'": ['overwrite'],
	"'replace' and 'overwrite'": ['replace', 'overwrite'],
};

for (const [title, modesInTurn] of Object.entries(MODES)) {
	for (const [what, {jobs, managers: count, processes = 0, modes}] of Object.entries(CASES)) {
		// What a manager does one after another was tried in each mode already.
		if (modesInTurn.length > 1 && count + processes === 1) continue;
		for (const mode of modes) {
			test.serial(`${title} by ${what} at one ${mode} target ends with one whole copy`, async (t) => {
				const directory = makeDirectory(t);
				const wal = mode === 'WAL';
				const target = join(directory, 'copy.db');
				const tags = Array.from({length: jobs + processes}, (_, tag) => tag);
				const sources = tags.map((tag) => makeSource(directory, tag, wal));
				makeTagged(target, OLD, {accounts: OLD_ROWS, wal});
				const managers = Array.from({length: count}, () => makeManager(t));
				const optionsOf = (tag: number): BackupOptions => ({
					existing: modesInTurn[tag % modesInTurn.length],
					sleep: 0.01,
				});
				const children = await Promise.all(
					sources
						.slice(jobs)
						.map((source, index) => startBackupProcess(t, {source, target, options: optionsOf(jobs + index)})),
				);
				// Not where both are tried: who waits for a lock of a file that is renamed over may meet the journal of an overwrite.
				const reader = modesInTurn.length > 1 ? undefined : await startReader(t, target);

				const outcomes = await Promise.all([
					...sources
						.slice(0, jobs)
						.map(async (source, index) => await outcomeOf(managers[index % count], source, target, optionsOf(index))),
					...children.map(async (child) => describe(await child.run())),
				]);
				const {reads, states} = (await reader?.stop()) ?? {reads: 0, states: []};

				const made = tags.filter((tag) => outcomes[tag] === FULFILLED);
				t.log(
					`${String(made.length)} of ${String(tags.length)} made, ${String(reads)} reads, ${String(states.length)} states`,
				);
				t.deepEqual(
					outcomes.filter((outcome, tag) => !isAllowed(outcome, optionsOf(tag))),
					[],
				);
				t.true(made.length > 0);
				const last = stateOf(target);
				t.true(made.includes(last.tag), `ends with the copy of a job that made it, not with ${String(last.tag)}`);
				t.deepEqual(last, tagged(last.tag, rowsOf(last.tag)));
				const possible = new Set([OLD, ...made].map((tag) => seen(tag, rowsOf(tag))));
				t.deepEqual(
					states.filter((state) => !possible.has(state)),
					[],
				);
				t.deepEqual(listDirectory(directory), ['copy.db', ...sources.map((source) => basename(source))].sort());
			});
		}
	}
}

/** A 'replace' may meet somebody else's connection on the target at each of its attempts to lock it. */
function isAllowed(outcome: string | undefined, {existing}: BackupOptions): boolean {
	return outcome === FULFILLED || (existing === 'replace' && outcome?.startsWith('ERR_BACKUP_TARGET_IN_USE') === true);
}

function makeSource(directory: string, tag: number, wal: boolean): string {
	const source = join(directory, `source-${String(tag)}.db`);
	makeTagged(source, tag, {wal, accounts: rowsOf(tag)});
	return source;
}

function makeManager(t: ExecutionContext): BackupManager {
	const manager = new BackupManager({maxThreads: 1});
	t.teardown(() => manager.destroy());
	return manager;
}

async function outcomeOf(
	manager: BackupManager | undefined,
	source: string,
	target: string,
	options: BackupOptions,
): Promise<string> {
	try {
		await manager?.backup(source, target, options);
		return FULFILLED;
	} catch (error) {
		return describe(error as Error & {code?: string});
	}
}

function describe({code, message = ''}: {readonly code?: string; readonly message?: string}): string {
	return code === undefined && message === '' ? FULFILLED : `${code ?? ''}: ${message}`;
}
