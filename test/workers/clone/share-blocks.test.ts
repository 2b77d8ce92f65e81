import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, mkdirSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import {BackupManager} from '../../../src/index.js';
import {startBackupProcess} from '../../helpers/backup-process.js';
import {openElsewhere} from '../../helpers/connection.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';
import {findUser} from '../../helpers/user.js';
import {canMount, mountVolume} from '../../helpers/volume.js';

const manager = new BackupManager({defaults: {strategy: 'clone'}});
test.after.always(() => manager.close());

const ROWS = 4000;

/** The part of a file that has its blocks in common with others, as the file system tells. */
function sharedPart(path: string): number {
	// An extent a line: number, logical and physical range, length, perhaps what is expected, and flags.
	const extents = execFileSync('filefrag', ['-v', '-b4096', path], {encoding: 'utf8'}).matchAll(
		/^\s*\d+:\s+\d+\.\.\s*\d+:\s+\d+\.\.\s*\d+:\s+(?<blocks>\d+):(?<rest>.*)$/gm,
	);
	let [shared, all] = [0, 0];
	for (const {groups} of extents) {
		const blocks = Number(groups?.['blocks']);
		all += blocks;
		if (groups?.['rest']?.includes('shared') === true) shared += blocks;
	}

	return shared / all;
}

for (const type of ['btrfs', 'xfs'] as const) {
	const on = canMount(type) ? test.serial : test.serial.skip;

	for (const wal of [false, true]) {
		on(`${type}: a clone shares its blocks with the source: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
			const directory = mountVolume(t, type);
			const [source, target] = [join(directory, 'app.db'), join(directory, 'copies', 'copy.db')];
			mkdirSync(join(directory, 'copies'));
			makeTagged(source, 1, {wal, accounts: ROWS});
			const writer = await openElsewhere(t, source);
			// Some of it is only in the WAL, where the mode has one.
			await writer.run('UPDATE account SET balance = 1, filler = randomblob(500) WHERE id <= 100');

			t.is((await manager.backup(source, target, {verify: 'full'})).strategy, 'clone');

			const part = sharedPart(target);
			t.true(wal ? part > 0.8 && part < 1 : part === 1, `${String(part)} of it is shared`);
			await writer.run('UPDATE account SET balance = 2');
			t.deepEqual(stateOf(target), tagged(1, ROWS));
			t.is((await manager.backup(source, target)).strategy, 'clone');
			t.deepEqual(stateOf(target), tagged(2, ROWS));
			t.deepEqual(listDirectory(join(directory, 'copies')), ['copy.db']);
			await writer.close();
		});
	}

	on(`${type}: a file system that cannot share these blocks gets a copy of its own`, async (t) => {
		const [one, other] = [mountVolume(t, type), mountVolume(t, type)];
		const [source, target] = [join(one, 'app.db'), join(other, 'copy.db')];
		makeTagged(source, 1, {accounts: ROWS});
		t.is((await manager.backup(source, target)).strategy, 'clone');
		t.is(sharedPart(target), 0);
		t.deepEqual(stateOf(target), tagged(1, ROWS));
		t.deepEqual(
			listDirectory(other).filter((name) => name !== 'lost+found'),
			['copy.db'],
		);
	});
}

interface Permissions {
	readonly mode: number;
	/** Whether the source belongs to another group than what is made in the target's directory. */
	readonly otherGroup: boolean;
	readonly shared: boolean;
}

/** While blocks are shared, Node.js gives the copy the source's permissions. Under another group they may mean more. */
const PERMISSIONS: readonly Permissions[] = [
	{mode: 0o640, otherGroup: false, shared: true},
	{mode: 0o604, otherGroup: false, shared: true},
	{mode: 0o600, otherGroup: true, shared: true},
	{mode: 0o644, otherGroup: true, shared: true},
	{mode: 0o666, otherGroup: true, shared: true},
	{mode: 0o640, otherGroup: true, shared: false},
	{mode: 0o604, otherGroup: true, shared: false},
	{mode: 0o664, otherGroup: true, shared: false},
];

const asRoot = canMount('btrfs') ? test.serial : test.serial.skip;

asRoot('blocks are shared only where nobody new could read or write them for that time', async (t) => {
	const directory = mountVolume(t, 'btrfs');
	for (const {mode, otherGroup, shared} of PERMISSIONS) {
		const name = `${mode.toString(8)}-${String(otherGroup)}`;
		const [source, target] = [join(directory, `${name}.db`), join(directory, `${name}.copy.db`)];
		makeTagged(source, 1);
		if (otherGroup) chownSync(source, 0, 1);
		chmodSync(source, mode);
		await manager.backup(source, target);
		t.is(sharedPart(target), shared ? 1 : 0, name);
		t.is(statSync(target).mode & 0o777, mode, name);
	}
});

asRoot('a source that may only be read, where its blocks cannot be shared, is cloned all the same', async (t) => {
	const user = findUser();
	if (user?.ids === undefined) {
		t.log('NOT TESTED: no user whom permissions keep out.');
		t.pass();
		return;
	}

	const [one, other] = [makeDirectory(t), mountVolume(t, 'btrfs')];
	const [source, target] = [join(one, 'app.db'), join(other, 'copy.db')];
	makeTagged(source, 1);
	for (const path of [one, source, dirname(other), other]) user.give(path);
	chmodSync(source, 0o444);
	const order = {source, target, options: {strategy: 'clone'}} as const;
	const {run} = await startBackupProcess(t, order, {uid: user.ids.uid});

	const {result, message} = await run();

	t.is(result?.strategy, 'clone', message);
	t.deepEqual(stateOf(target), tagged(1));
	t.is(statSync(target).mode & 0o777, 0o444);
});
