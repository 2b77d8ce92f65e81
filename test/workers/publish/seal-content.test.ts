import {chmodSync, closeSync, openSync, readSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {backup, SQLITE_DONE} from '../../../src/index.js';
import {STRATEGY_NAMES} from '../../../src/options.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1;
const NEW = 2;

interface Files {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
}

function makeFiles(t: ExecutionContext, wal = false): Files {
	const directory = makeDirectory(t);
	const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
	makeTagged(source, NEW, {wal});
	return {directory, source, target};
}

/** The two bytes that say whether a database is in WAL mode: 1 or 2. https://sqlite.org/fileformat2.html */
function versionsOf(path: string): number[] {
	const descriptor = openSync(path, 'r');
	const bytes = Buffer.alloc(2);
	readSync(descriptor, bytes, 0, 2, 18);
	closeSync(descriptor);
	return [...bytes];
}

for (const strategy of STRATEGY_NAMES) {
	for (const {wal, journalMode, expected} of [
		{wal: true, journalMode: 'keep', expected: 2},
		{wal: true, journalMode: 'delete', expected: 1},
		{wal: false, journalMode: 'keep', expected: 1},
		{wal: false, journalMode: 'delete', expected: 1},
	] as const) {
		const mode = wal ? 'WAL' : 'rollback';
		test.serial(
			`journalMode '${journalMode}' of a ${mode} source gives a copy of version ${String(expected)}: by ${strategy}`,
			async (t) => {
				const {directory, source, target} = makeFiles(t, wal);

				t.is((await backup(source, target, {strategy, journalMode})).strategy, strategy);

				t.deepEqual(versionsOf(target), [expected, expected]);
				t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
				t.deepEqual(stateOf(target), tagged(NEW));
				t.deepEqual(versionsOf(source), wal ? [2, 2] : [1, 1]);
			},
		);
	}
}

for (const existing of ['replace', 'fail'] as const) {
	test.serial(`'${existing}': the copy of an empty source is empty`, async (t) => {
		const {directory, source, target} = makeFiles(t);
		writeFileSync(source, '');
		chmodSync(source, 0o640);
		if (existing === 'replace') makeTagged(target, OLD);
		const calls: number[][] = [];

		const result = await backup(source, target, {existing, mode: 0o644, progress: (...call) => calls.push(call)});

		t.like(result, {pages: 0, bytes: 0});
		t.deepEqual(calls, [[SQLITE_DONE, 0, 0]]);
		t.is(statSync(target).size, 0);
		t.is(statSync(target).mode & 0o777, 0o640);
		t.is(statSync(source).size, 0);
		t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
	});
}
