import {dirname, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {BackupManager, type BackupOptions} from '../../../src/index.js';
import {afterCleanUp} from '../../helpers/clean-up.js';
import {MAIN_STOPS, setTag, WAL_STOPS} from '../../helpers/clone-scene.js';
import type {Holder} from '../../helpers/connection.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeHeldManager} from '../../helpers/held-manager.js';
import type {Stop} from '../../helpers/hold.js';
import {findChecks, stillRunning, until} from '../../helpers/processes.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

/** What the child does once it has told that the source is needed no more. */
const AFTER: Stop = {at: 'open copy', time: 2};

function onlyChild(t: ExecutionContext): number {
	const children = findChecks(process.pid);
	t.is(children.length, 1);
	return children[0] ?? 0;
}

/** Resolves when the worker has heard that the source is needed no more, and has let go of it. */
async function unlocked(writer: Holder): Promise<void> {
	for (;;) {
		const [row] = (await writer.run('PRAGMA wal_checkpoint(TRUNCATE)')) as [{busy: number}];
		if (row.busy === 0) return;
		await sleep(1);
	}
}

onLinux('where the child is killed the copy is made anew, with a lock', async (t) => {
	const {manager, hold, source, target, writer} = await makeHeldManager(t, {wal: true});
	let tag = 0;
	for (const stop of [...MAIN_STOPS, ...WAL_STOPS, AFTER]) {
		await writer.run(setTag(++tag));
		const oldest = tag;
		hold.set(stop);
		const copy = manager.backup(source, target);
		await hold.reached(copy);
		if (stop === AFTER) await unlocked(writer);
		process.kill(onlyChild(t), 'SIGKILL');
		// Who clones now must not see what is done then.
		hold.set({at: 'read app.db 65536'});
		await hold.reached(copy).then(
			async () => {
				await writer.run(setTag(++tag));
				await writer.run('PRAGMA wal_checkpoint(TRUNCATE)');
			},
			() => undefined,
		);
		hold.release();

		const {strategy} = await copy;
		// Of those in between, it depends on whether the news of the child got through before its end.
		if (MAIN_STOPS.includes(stop)) t.is(strategy, 'clone');
		if (stop === AFTER) t.is(strategy, 'pages');
		const state = stateOf(target);
		t.like(state, {mixed: false, integrity: 'ok', rows: 250}, JSON.stringify(stop));
		t.true(state.tag >= oldest && state.tag <= tag, JSON.stringify({stop, state, oldest, tag}));
		t.deepEqual(listDirectory(dirname(target)), ['copy.db']);
	}
});

onLinux('a child may be killed at any moment', async (t) => {
	const [source, target] = [join(makeDirectory(t), 'app.db'), join(makeDirectory(t), 'copy.db')];
	makeTagged(source, 1, {wal: true, accounts: 6000, filler: 1000});
	await using manager = new BackupManager({maxThreads: 1, defaults: {strategy: 'clone'}});
	const strategies = new Set<string>();
	const {durationMs} = await manager.backup(source, target);
	for (let round = 0; round < 10; round++) {
		const copy = manager.backup(source, target);
		await sleep(Math.random() * durationMs);
		for (const child of findChecks(process.pid)) process.kill(child, 'SIGKILL');
		strategies.add((await copy).strategy);
		t.deepEqual(stateOf(target), tagged(1, 6000));
		t.deepEqual(listDirectory(dirname(target)), ['copy.db']);
	}

	t.log(`killed: ${[...strategies].join(', ')}`);
});

interface End {
	readonly stops: readonly Stop[];
	readonly options: BackupOptions;
	/** Called with what resolves once the child stands still. */
	readonly bring: (stopped: Promise<void>) => Promise<void>;
	readonly error: {readonly name: string} | {readonly code: string};
}

const ENDS: Readonly<Record<string, () => End>> = {
	aborted: () => {
		const controller = new AbortController();
		return {
			stops: [...MAIN_STOPS, ...WAL_STOPS, AFTER],
			options: {signal: controller.signal},
			bring: async (stopped) => {
				await stopped;
				controller.abort();
			},
			error: {name: 'AbortError'},
		};
	},
	'out of time': () => ({
		stops: [{at: 'read app.db 65536'}, AFTER],
		options: {timeout: 500},
		// It comes by itself, perhaps before the child has got there.
		bring: async (stopped) => {
			await stopped.catch(() => undefined);
		},
		error: {code: 'ERR_BACKUP_TIMEOUT'},
	}),
};

for (const [what, end] of Object.entries(ENDS)) {
	onLinux(`the child of a job that is ${what} is killed, wherever it is, and nothing is left behind`, async (t) => {
		const {manager, hold, source, target, writer} = await makeHeldManager(t, {wal: true});
		let tag = 0;
		const {stops} = end();
		for (const stop of stops) {
			await writer.run(setTag(++tag));
			// So that the start of a child takes none of its time.
			await manager.backup(source, `${target}.old`);
			const children = [onlyChild(t)];
			const {options, bring, error} = end();
			hold.set(stop);
			const copy = manager.backup(source, target, options);
			await bring(hold.reached(copy));

			await t.throwsAsync(copy, error, JSON.stringify(stop));
			await until('the child is gone', () => stillRunning(children).length === 0);
			hold.release();
			await afterCleanUp(manager, target);
			t.deepEqual(listDirectory(dirname(target)), ['copy.db.old'], JSON.stringify(stop));
			// Nor is the source locked any more.
			t.deepEqual(await writer.run('PRAGMA wal_checkpoint(TRUNCATE)'), [{busy: 0, log: 0, checkpointed: 0}]);
		}

		await manager.backup(source, target);
		t.deepEqual(stateOf(target), tagged(tag, 250));
	});
}
