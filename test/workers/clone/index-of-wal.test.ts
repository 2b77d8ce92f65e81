import {execFileSync} from 'node:child_process';
import {chmodSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {startAgent} from '../../helpers/agent.js';
import {startChild} from '../../helpers/child.js';
import {makeCloneScene, setTag} from '../../helpers/clone-scene.js';
import {openElsewhere} from '../../helpers/connection.js';
import {makeDirectory} from '../../helpers/directory.js';
import {poke} from '../../helpers/poke.js';
import {withStrace} from '../../helpers/strace.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';
import {findUser} from '../../helpers/user.js';

const user = findUser();
const asAnother = user?.ids === undefined ? test.serial.skip : test.serial;

/** Its kill comes right before the first flush: of a commit that is in the WAL, and not yet in its index. */
const KILLED_AT_FLUSH = [
	...['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync'],
	...['-e', 'inject=fsync,fdatasync:signal=SIGKILL:when=1'],
];

withStrace('a commit whose writer was killed before it could enter it in the index is none', async (t) => {
	const scene = await makeCloneScene(t, 'WAL');
	await scene.prepare(1);
	const {size} = statSync(`${scene.source}-wal`);
	const victim = startChild(t, 'sql.ts', [], {under: KILLED_AT_FLUSH});
	victim.send({open: scene.source});
	await victim.receive();
	victim.send('PRAGMA synchronous = FULL');
	await victim.receive();
	victim.send(setTag(2));
	await victim.ended;
	t.true(statSync(`${scene.source}-wal`).size > size, 'the commit was to be in the WAL');

	const answer = await scene.clone();

	t.like(answer, {type: 'cloned'}, JSON.stringify(answer));
	t.deepEqual(stateOf(scene.staging), tagged(1, 250));
	await scene.writer.run(setTag(3));
	t.deepEqual(await scene.writer.run('SELECT DISTINCT balance FROM account'), [{balance: 3}]);
});

/** The header is there twice, and its last two words are its checksum. */
const HEADER = 48;
const CHECKSUM = 40;

const DAMAGES: Readonly<Record<string, (index: string) => void>> = {
	'half written': (index) => {
		poke(index, HEADER, Buffer.alloc(HEADER, 1));
	},
	'not built yet': (index) => {
		for (const at of [0, HEADER]) poke(index, at, Buffer.alloc(HEADER));
	},
	'not what its checksum is of': (index) => {
		for (const at of [0, HEADER]) poke(index, at + CHECKSUM, Buffer.alloc(8));
	},
	gone: (index) => {
		rmSync(index);
	},
	'too short': (index) => {
		execFileSync('truncate', ['--size', String(HEADER), index]);
	},
};

for (const [what, damage] of Object.entries(DAMAGES)) {
	test.serial(`a WAL whose index is ${what} is not cloned`, async (t) => {
		const scene = await makeCloneScene(t, 'WAL');
		await scene.prepare(1);

		const answer = await scene.clone({at: 'open app.db-shm'}, async () => {
			damage(`${scene.source}-shm`);
			await Promise.resolve();
		});

		t.is(answer.type, 'unsuited', JSON.stringify(answer));
		t.regex(answer.type === 'unsuited' ? answer.reason : '', /index of the WAL/);
	});
}

/**
 * As a power failure may leave it: of the index, what was on the disk is older than what the last checkpoint moved into
 * the main file. SQLite makes a new one, or, where it may not, does without.
 */
asAnother('an index that is out of date, and that SQLite may not write, is not used', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = makeDirectory(t);
	user?.give(target);
	chmodSync(directory, 0o755);
	makeTagged(source, 0, {wal: true, accounts: 250});
	const writer = await openElsewhere(t, source);
	await writer.run(setTag(1));
	execFileSync('cp', [`${source}-shm`, `${source}-shm.old`]);
	await writer.run(setTag(2));
	await writer.run('PRAGMA wal_checkpoint(PASSIVE)');
	await writer.kill();
	execFileSync('mv', [`${source}-shm.old`, `${source}-shm`]);

	const agent = await startAgent({user});
	t.teardown(() => agent.stop());
	const copy = join(target, 'copy.db');
	const outcome = await agent.backup({source, target: copy, options: {strategy: 'clone'}});

	t.truthy(outcome.bytes, outcome.message);
	t.deepEqual(stateOf(copy), tagged(2, 250));
});
