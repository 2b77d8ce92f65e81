import {mkdirSync, unlinkSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {ExistingMode, StrategyName} from '../../../src/index.js';
import {startBackupProcess} from '../../helpers/backup-process.js';
import {openElsewhere} from '../../helpers/connection.js';
import {makeDirectory} from '../../helpers/directory.js';
import {leaveHotJournal, leaveWal} from '../../helpers/leftovers.js';
import {failingFlushes, hasStrace, traceBackup, type SystemCall} from '../../helpers/strace.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const OLD = 1;
const NEW = 2;

/** What a call does to one file, by its descriptor or its name. */
type Kind = 'open' | 'close' | 'write' | 'flush' | 'publish' | 'unlink';

const NAMES: Readonly<Record<Kind, readonly string[]>> = {
	open: ['openat'],
	close: ['close'],
	write: ['pwrite64', 'write', 'ftruncate', 'chmod', 'fchmod'],
	flush: ['fsync', 'fdatasync'],
	publish: ['rename', 'renameat', 'renameat2', 'link', 'linkat'],
	unlink: ['unlink', 'unlinkat'],
};

function find(calls: readonly SystemCall[], kind: Kind, path: string): SystemCall[] {
	// A descriptor's file is the last thing in angle brackets; a name is in quotes, and for an open is what it returns.
	const where = kind === 'publish' || kind === 'unlink' ? `"${path}"` : `<${path}>`;
	return calls.filter(({name, text}) => {
		// What is shown as deleted is an older file of that name.
		if (!NAMES[kind].includes(name) || text.includes(' = -1 ') || text.includes(`${where}(deleted)`)) return false;
		return kind === 'open' ? text.endsWith(where) : text.includes(name === 'chmod' ? `"${path}"` : where);
	});
}

function follows(later: SystemCall | undefined, earlier: SystemCall | undefined): boolean {
	return later !== undefined && earlier !== undefined && later.begun > earlier.ended;
}

/** The call that gives the staging file the target's name, and the staging file. */
function findPublishing(calls: readonly SystemCall[], target: string): {call: SystemCall; staging: string} {
	const [call, ...more] = find(calls, 'publish', target);
	const staging = /"([^"]+)"/.exec(call?.text ?? '')?.[1];
	if (call === undefined || staging === undefined || more.length > 0) throw new Error('Expected one rename or link');
	return {call, staging};
}

interface Published {
	readonly existing: ExistingMode;
	/** Which strategy, where another one writes the copy in another way. */
	readonly strategy?: StrategyName;
	readonly prepare?: (t: ExecutionContext, target: string) => void | Promise<void>;
	/** Sidecars of an older database, which must be gone for good before the new one is there. */
	readonly sidecars?: readonly string[];
	/** A journal was there before, and is rolled back. */
	readonly hot?: boolean;
}

const PUBLISHED: Readonly<Record<string, Published>> = {
	"'replace' of a missing target": {existing: 'replace'},
	"'replace' of a WAL target": {
		existing: 'replace',
		prepare: (_t, target) => {
			makeTagged(target, OLD, {wal: true});
		},
	},
	"'replace' of a WAL target with a WAL": {
		existing: 'replace',
		async prepare(t, target) {
			makeTagged(target, OLD);
			await leaveWal(t, target, OLD + 1);
		},
	},
	"'replace' of a target with a hot journal": {
		existing: 'replace',
		async prepare(t, target) {
			makeTagged(target, OLD);
			await leaveHotJournal(t, target);
		},
		sidecars: ['-journal'],
		hot: true,
	},
	"'replace' beside orphans": {existing: 'replace', prepare: leaveOrphans, sidecars: ['-wal', '-shm']},
	"'fail' of a missing target": {existing: 'fail'},
	"'fail' beside orphans": {existing: 'fail', prepare: leaveOrphans, sidecars: ['-wal', '-shm']},
	"'overwrite' of a missing target": {existing: 'overwrite'},
	"'replace' by pages": {existing: 'replace', strategy: 'pages'},
	"'replace' by clone": {existing: 'replace', strategy: 'clone'},
	"'replace' by vacuum": {existing: 'replace', strategy: 'vacuum'},
};

async function leaveOrphans(t: ExecutionContext, target: string): Promise<void> {
	makeTagged(target, OLD);
	await leaveWal(t, target, OLD + 1);
	unlinkSync(target);
}

function testTraced(title: string, body: (t: ExecutionContext) => Promise<void>): void {
	test.serial(title, async (t) => {
		if (hasStrace()) {
			await body(t);
		} else {
			t.log('not tried: strace is not here, or may not trace');
			t.pass();
		}
	});
}

for (const [what, {existing, strategy, prepare, sidecars = [], hot = false}] of Object.entries(PUBLISHED)) {
	testTraced(`${what} flushes the copy, closes it, publishes it, and flushes the directory`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
		makeTagged(source, NEW, {wal: true});
		await prepare?.(t, target);

		const calls = await traceBackup(t, {
			source,
			target,
			options: strategy === undefined ? {existing} : {existing, strategy},
		});

		const {call, staging} = findPublishing(calls, target);
		const flushed = find(calls, 'flush', staging).at(-1);
		t.true(follows(flushed, find(calls, 'write', staging).at(-1)), 'the flush comes after all that was written');
		t.true(follows(call, flushed), 'the name comes after the flush');
		t.true(find(calls, 'open', staging).length > 0);
		t.is(find(calls, 'open', staging).length, find(calls, 'close', staging).length);
		t.true(follows(call, find(calls, 'close', staging).at(-1)), 'no descriptor is open when it gets its name');
		t.true(follows(find(calls, 'flush', directory).at(-1), call), 'the directory is flushed after it');
		for (const kind of ['open', 'close'] as const) {
			t.deepEqual(
				find(calls, kind, target).filter((later) => follows(later, call)),
				[],
				'nothing touches it after',
			);
		}

		for (const sidecar of sidecars) {
			const removed = find(calls, 'unlink', target + sidecar).at(-1);
			const kept = find(calls, 'flush', directory).find((flush) => follows(flush, removed));
			t.true(follows(kept, removed), `${sidecar} is removed, and that is flushed`);
			t.true(follows(call, kept), 'before the copy is there');
		}

		// Whoever still waits for the lock of an older file of this name would take it for that one's, and roll it back there.
		if (!hot) t.deepEqual(find(calls, 'open', `${target}-journal`), [], 'no journal is made under its name');
		t.deepEqual(stateOf(target), tagged(NEW));
	});
}

for (const reading of [false, true]) {
	testTraced(
		`'overwrite' of a WAL target ${reading ? 'with a reader on the old state ' : ''}flushes the commit`,
		async (t) => {
			const directory = makeDirectory(t);
			const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
			makeTagged(source, NEW);
			makeTagged(target, OLD, {wal: true});
			const holder = await openElsewhere(t, target);
			await holder.run(reading ? 'BEGIN' : 'SELECT 1');
			await holder.run('SELECT count(*) FROM account');

			const calls = await traceBackup(t, {source, target, options: {existing: 'overwrite'}});

			const committed = find(calls, 'write', `${target}-wal`).at(-1);
			const flushed = find(calls, 'flush', `${target}-wal`).at(-1);
			t.true(follows(flushed, committed), 'the WAL is flushed after the commit');
			const moved = find(calls, 'write', target).at(-1);
			t.is(moved === undefined, reading, 'a reader keeps the commit in the WAL');
			if (!reading) {
				t.true(follows(moved, flushed), 'the WAL is flushed before the checkpoint');
				t.true(follows(find(calls, 'flush', target).at(-1), moved), 'and the database after it');
			}

			await holder.run(reading ? 'COMMIT' : 'SELECT 1');
			await holder.close();
			t.deepEqual(stateOf(target), tagged(NEW));
		},
	);
}

for (const wal of [false, true]) {
	testTraced(
		`a safety copy of a ${wal ? 'WAL' : 'rollback'} target is on the disk before the target is committed`,
		async (t) => {
			const directory = makeDirectory(t);
			const aside = join(directory, 'aside');
			mkdirSync(aside);
			const [source, target] = [join(directory, 'backup.db'), join(directory, 'app.db')];
			const safetyCopy = join(aside, 'before.db');
			makeTagged(source, NEW);
			makeTagged(target, OLD, {wal});

			const calls = await traceBackup(t, {source, target, restore: {safetyCopy}});

			const {call, staging} = findPublishing(calls, safetyCopy);
			const flushed = find(calls, 'flush', staging).at(-1);
			const written = find(calls, 'write', wal ? `${target}-wal` : target);
			const committed = wal ? written.at(-1) : find(calls, 'unlink', `${target}-journal`).at(-1);
			t.true(follows(flushed, find(calls, 'write', staging).at(-1)), 'it is flushed after all that was written');
			t.true(follows(call, flushed), 'it gets its name after that');
			t.is(find(calls, 'open', staging).length, find(calls, 'close', staging).length);
			const kept = find(calls, 'flush', aside).find((flush) => follows(flush, call));
			t.true(follows(kept, call), 'its directory is flushed');
			t.true(follows(committed, kept), 'and the commit comes after that');
			t.true(follows(written[0], flushed), 'nothing is written to the target before it is whole');
			t.deepEqual(stateOf(safetyCopy), tagged(OLD));
			t.deepEqual(stateOf(target), tagged(NEW));
		},
	);
}

testTraced("'overwrite' of a rollback target flushes it, removes its journal and flushes the directory", async (t) => {
	const directory = makeDirectory(t);
	const [source, target] = [join(directory, 'app.db'), join(directory, 'copy.db')];
	makeTagged(source, NEW);
	makeTagged(target, OLD);

	const calls = await traceBackup(t, {source, target, options: {existing: 'overwrite'}});

	const flushed = find(calls, 'flush', target).at(-1);
	const committed = find(calls, 'unlink', `${target}-journal`).at(-1);
	t.true(follows(flushed, find(calls, 'write', target).at(-1)), 'the database is flushed after all that was written');
	t.true(follows(committed, flushed), 'its journal goes after that');
	t.true(follows(find(calls, 'flush', directory).at(-1), committed), 'and goes for good');
	t.deepEqual(stateOf(target), tagged(NEW));
});

for (const restore of [false, true]) {
	testTraced(
		`a commit in place that the disk does not flush is told of as such: ${restore ? 'restore' : 'backup'}`,
		async (t) => {
			const directory = makeDirectory(t);
			const [source, target] = [join(directory, 'app.db'), join(directory, 'live.db')];
			makeTagged(source, NEW);
			makeTagged(target, OLD, {wal: true});
			const live = await openElsewhere(t, target);
			await live.run('SELECT count(*) FROM account');
			const order = {source, target, ...(restore ? {restore: {}} : {options: {existing: 'overwrite' as const}})};
			// The first flush is that of the header, before anything is committed.
			const {run} = await startBackupProcess(t, order, {under: failingFlushes(`${target}-wal`, '2+')});

			const {status, code, message = ''} = await run();

			t.deepEqual([status, code], ['rejected', 'ERR_BACKUP_TARGET']);
			t.regex(message, /^The copy is in place, but could not be flushed to the disk in .*live\.db-wal: EIO/);
			t.is(stateOf(target).tag, NEW);
		},
	);
}
