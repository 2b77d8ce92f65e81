import {writeFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {BackupManager} from '../../../src/index.js';
import {editSchema} from '../../helpers/broken.js';
import {setTag} from '../../helpers/clone-scene.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {makeHeldManager} from '../../helpers/held-manager.js';
import {poke} from '../../helpers/poke.js';
import {mountVolume, canMount} from '../../helpers/volume.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';
import {preload} from '../../helpers/threads.js';

const TAG = 7;
const manager = new BackupManager({defaults: {strategy: 'clone'}});
test.after.always(() => manager.close());

for (const path of ['/nonexistent/node', '']) {
	test.serial(`without a Node.js to start, pages are copied: "${path}"`, async (t) => {
		const [source, target] = [join(makeDirectory(t), 'app.db'), join(makeDirectory(t), 'copy.db')];
		makeTagged(source, TAG, {wal: true});
		await using nodeless = new BackupManager({
			execArgv: preload('preload-no-node.ts'),
			env: {...process.env, EXEC_PATH: path},
		});
		t.is((await nodeless.backup(source, target, {strategy: 'clone'})).strategy, 'pages');
		t.deepEqual(stateOf(target), tagged(TAG));
		t.deepEqual(listDirectory(dirname(target)), ['copy.db']);
	});
}

const onExfat = canMount('exfat') ? test.serial : test.serial.skip;

onExfat('what a network may stand behind is copied by pages', async (t) => {
	const [source, target] = [join(mountVolume(t, 'exfat'), 'app.db'), join(makeDirectory(t), 'copy.db')];
	makeTagged(source, TAG);
	t.is((await manager.backup(source, target)).strategy, 'pages');
	t.deepEqual(stateOf(target), tagged(TAG));
});

test.serial('on a system on which nothing tells whether a disk is local, pages are copied', async (t) => {
	const [source, target] = [join(makeDirectory(t), 'app.db'), join(makeDirectory(t), 'copy.db')];
	makeTagged(source, TAG, {wal: true});
	await using other = new BackupManager({execArgv: preload('preload-windows.ts')});
	t.is((await other.backup(source, target, {strategy: 'clone'})).strategy, 'pages');
	t.deepEqual(stateOf(target), tagged(TAG));
});

test.serial('a name like a URI is the name of a file', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'file:app.db?mode=memory');
	makeTagged(source, TAG, {wal: true});
	for (const place of [source, relative('', source)]) {
		const target = join(makeDirectory(t), 'copy.db');
		t.is((await manager.backup(place, target)).strategy, 'clone');
		t.deepEqual(stateOf(target), tagged(TAG));
	}
});

test.serial('a database in memory is copied by pages', async (t) => {
	const target = join(makeDirectory(t), 'copy.db');
	const source = new Database(':memory:');
	t.teardown(() => source.close());
	source.exec('CREATE TABLE account (balance); INSERT INTO account VALUES (7)');
	t.is((await manager.backup(source, target)).strategy, 'pages');
	t.deepEqual(stateOf(target), tagged(TAG, 1));
});

test.serial('an empty database is copied by pages', async (t) => {
	const [source, target] = [join(makeDirectory(t), 'app.db'), join(makeDirectory(t), 'copy.db')];
	writeFileSync(source, '');
	t.like(await manager.backup(source, target), {strategy: 'pages', pages: 0, bytes: 0});
});

for (const wal of [false, true]) {
	test.serial(`a damaged schema is copied as it is: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
		const [source, target] = [join(makeDirectory(t), 'app.db'), join(makeDirectory(t), 'copy.db')];
		makeTagged(source, TAG, {wal});
		const user = new Database(source);
		t.teardown(() => user.close());
		editSchema(user, "UPDATE sqlite_schema SET sql = 'CREATE TABLE account (('");

		// SQLite reads the schema before it tells how many pages there are; a paged backup does without.
		t.is((await manager.backup(source, target)).strategy, 'pages');
		const copy = new Database(target);
		t.teardown(() => copy.close());
		t.throws(() => copy.prepare('SELECT * FROM account'), {message: /malformed database schema/});
		editSchema(copy, "UPDATE sqlite_schema SET sql = 'CREATE TABLE account (id, balance, filler)'");
		t.is(copy.prepare('SELECT DISTINCT balance FROM account').pluck().get(), TAG);
	});
}

test.serial('where a writer has died in the middle of the index of the WAL, pages are copied', async (t) => {
	const {manager: held, hold, source, target, writer} = await makeHeldManager(t, {wal: true});
	await writer.run(setTag(TAG));
	hold.set({at: 'open app.db-shm'});
	const copy = held.backup(source, target);
	await hold.reached(copy);
	poke(`${source}-shm`, 48, Buffer.alloc(48, 1));
	hold.release();

	t.is((await copy).strategy, 'pages');
	t.deepEqual(stateOf(target), tagged(TAG, 250));
	t.deepEqual(listDirectory(dirname(target)), ['copy.db']);
});
