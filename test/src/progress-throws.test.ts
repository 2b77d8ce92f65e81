import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {BackupManager, type BackupOptions, type FailedEvent, type StrategyName} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {afterCleanUp} from '../helpers/clean-up.js';
import {callsOf, type Call} from '../helpers/calls.js';
import {executeHere, fingerprint, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {leaveHotJournal, leaveWal} from '../helpers/leftovers.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';

const TAG = 7;
const OLD = 8;
/** Rows of the source, which has more than 40 pages of 512 bytes for them. */
const ROWS = 40;

interface TargetCase {
	readonly options: BackupOptions;
	/** Makes what is there before. */
	readonly make?: (t: ExecutionContext, path: string) => void | Promise<void>;
}

const TARGETS: Readonly<Record<string, TargetCase>> = {
	'no target': {options: {}},
	'no target to overwrite': {options: {existing: 'overwrite'}},
	'a target that must not exist': {options: {existing: 'fail'}},
	'a target to replace': {
		options: {existing: 'replace'},
		make: (_t, path) => {
			makeTagged(path, OLD);
		},
	},
	'a target to replace that a killed process left with a WAL': {
		options: {existing: 'replace'},
		make: async (t, path) => {
			makeTagged(path, OLD);
			await leaveWal(t, path, OLD + 1);
		},
	},
	'a target to overwrite': {
		options: {existing: 'overwrite'},
		make: (_t, path) => {
			makeTagged(path, OLD);
		},
	},
	'a target in WAL mode to overwrite': {
		options: {existing: 'overwrite'},
		make: (_t, path) => {
			makeTagged(path, OLD, {wal: true, pageSize: 512});
		},
	},
};

interface ThrowCase {
	readonly pages: number;
	/** The call that throws, of so many. */
	readonly at: (calls: number) => number;
	readonly wal: boolean;
	readonly strategy?: StrategyName;
}

const THROWS: Readonly<Record<string, ThrowCase>> = {
	'on the first call': {pages: 1, at: () => 0, wal: false},
	'in the middle': {pages: 1, at: (calls) => Math.floor(calls / 2), wal: false},
	'on the last call': {pages: 1, at: (calls) => calls - 1, wal: false},
	'on the only call': {pages: 0, at: () => 0, wal: false},
	'on the first call, pinned': {pages: 1, at: () => 0, wal: true},
	'on the last call, pinned': {pages: 1, at: (calls) => calls - 1, wal: true},
	'on the only call, pinned': {pages: 0, at: () => 0, wal: true},
	...Object.fromEntries(
		STRATEGY_NAMES.flatMap((strategy): [string, ThrowCase][] => [
			[`on the first call, by ${strategy}`, {pages: 1, at: () => 0, wal: false, strategy}],
			[`on the last call, by ${strategy}`, {pages: 1, at: (calls) => calls - 1, wal: true, strategy}],
		]),
	),
};

const manager = new BackupManager({maxThreads: 2});
const failures = new Map<string, FailedEvent>();
manager.on('failed', (event) => failures.set(event.job.target, event));
test.after(async () => {
	await manager.close();
});

/** What a promise is rejected with, which need not be an Error. */
async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
	return await promise.then(
		() => 'fulfilled',
		(reason: unknown) => reason,
	);
}

for (const [when, {pages, at, wal, strategy}] of Object.entries(THROWS)) {
	for (const [title, {options, make}] of Object.entries(TARGETS)) {
		test.serial(`throws ${when}: ${title}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'target.db');
			makeTagged(source, TAG, {accounts: ROWS, pageSize: 512, wal});
			// Otherwise a copy by VACUUM might have fewer pages.
			executeHere(source, 'VACUUM');
			await make?.(t, target);
			const expected = callsOf(await pagesOf(source, directory), pages);
			const files = listDirectory(directory);
			const before = fingerprint(target);
			const error = new Error('stop');
			const calls: Call[] = [];

			const reason = await reasonOf(
				manager.backup(source, target, {
					...options,
					strategy,
					pages,
					progress: (...call) => {
						calls.push(call);
						if (calls.length - 1 === at(expected.length)) throw error;
					},
				}),
			);

			t.is(reason, error);
			t.is(failures.get(target)?.error, error);
			t.like(failures.get(target)?.job, {state: 'failed', target});
			await afterCleanUp(manager, target);
			t.deepEqual(calls, expected.slice(0, at(expected.length) + 1));
			t.deepEqual(listDirectory(directory), files);
			t.deepEqual(fingerprint(target), before);
		});
	}
}

async function pagesOf(source: string, directory: string): Promise<number> {
	const {pages} = await manager.backup(source, join(directory, 'count.db'));
	return pages;
}

test.serial('what is thrown may be anything', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source).close();
	for (const thrown of ['text', undefined, null, 0, {}, Symbol('stop')]) {
		const reason = await reasonOf(
			manager.backup(source, join(directory, 'copy.db'), {
				progress: () => {
					// eslint-disable-next-line @typescript-eslint/only-throw-error -- Callers' code is not linted by us.
					throw thrown;
				},
			}),
		);
		t.is(reason, thrown);
	}

	await afterCleanUp(manager, join(directory, 'copy.db'));
	t.deepEqual(listDirectory(directory), ['app.db']);
});

test.serial('a source with a hot journal: thrown all the same', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeTagged(source, TAG);
	await leaveHotJournal(t, source);
	const error = new Error('stop');

	const reason = await reasonOf(
		manager.backup(source, join(directory, 'copy.db'), {
			progress: () => {
				throw error;
			},
		}),
	);

	t.is(reason, error);
	await afterCleanUp(manager, join(directory, 'copy.db'));
	t.deepEqual(listDirectory(directory), ['app.db']);
	t.deepEqual(stateOf(source), tagged(TAG));
});

for (const when of ['on the first call', 'in the middle', 'on the last call', 'on the only call']) {
	const {pages, at} = THROWS[when] ?? {pages: 0, at: () => 0};
	test.serial(`aborts ${when}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const target = join(directory, 'target.db');
		makeTagged(source, TAG, {accounts: ROWS, pageSize: 512});
		makeTagged(target, OLD);
		const expected = callsOf(await pagesOf(source, directory), pages);
		const files = listDirectory(directory);
		const before = fingerprint(target);
		const controller = new AbortController();
		const reason = new Error('enough');
		let calls = 0;

		const promise = manager.backup(source, target, {
			pages,
			signal: controller.signal,
			progress: () => {
				if (calls++ === at(expected.length)) controller.abort(reason);
			},
		});

		const error = await t.throwsAsync(promise, {name: 'AbortError'});
		t.like(error, {code: 'ABORT_ERR', cause: reason});
		await afterCleanUp(manager, target);
		t.is(calls, at(expected.length) + 1);
		t.deepEqual(listDirectory(directory), files);
		t.deepEqual(fingerprint(target), before);
	});
}

test.serial('an async callback that rejects fails the job, and does not end the process', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeTagged(source, TAG, {accounts: ROWS, pageSize: 512});
	const target = join(directory, 'copy.db');
	const error = new Error('stop, later');

	const promise = manager.backup(source, target, {
		pages: 1,
		progress: () => Promise.reject(error) as unknown as undefined,
	});

	t.is(await reasonOf(promise), error);
	await afterCleanUp(manager, target);
	t.deepEqual(listDirectory(directory), ['app.db']);
});

test.serial('an async callback that rejects after the job is done does nothing', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'copy.db');
	makeTagged(source, TAG);
	const late = Promise.withResolvers<undefined>();

	await manager.backup(source, target, {progress: () => late.promise as unknown as undefined});
	late.reject(new Error('too late'));
	// An unhandled rejection would be told of before the next turn of the event loop, and fail the test.
	await new Promise((resolve) => setImmediate(resolve));

	t.deepEqual(stateOf(target), tagged(TAG));
	t.false(failures.has(target));
});
