/** An application in plain JavaScript, as an ES module. */
import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import {backup, BackupError, BackupManager, SQLITE_DONE} from 'sqlite-hotcopy';
import Database from 'better-sqlite3';

const live = new Database('esm.db');
live.pragma('journal_mode = WAL');
live.exec('CREATE TABLE IF NOT EXISTS note (text); DELETE FROM note');
live.exec("INSERT INTO note VALUES ('one'), ('two')");

const calls = [];
const result = await backup('esm.db', 'esm-copy.db', {progress: (...call) => calls.push(call)});
assert.equal(calls.at(-1)[0], SQLITE_DONE);
assert.equal(result.strategy, 'serialize');

const manager = new BackupManager({maxThreads: 1});
await manager.backup(live, new URL('esm-handle.db', import.meta.url));
await assert.rejects(manager.backup('missing.db', 'never.db'), (error) => {
	assert(error instanceof BackupError);
	assert.equal(error.code, 'ERR_BACKUP_SOURCE');
	return true;
});
const outcomes = [];
for await (const outcome of manager.backupAll([{source: 'esm.db', target: 'esm-all.db'}, null]))
	outcomes.push(outcome.status);
assert.deepEqual(outcomes.sort(), ['fulfilled', 'rejected']);
assert.equal(manager.stats.completed, 2);
live.close();
// A target in rollback-journal mode is kept by a process of its own.
const target = new Database('esm-restored.db');
target.exec("CREATE TABLE IF NOT EXISTS note (text); DELETE FROM note; INSERT INTO note VALUES ('one'), ('two')");
const {safetyCopy} = await manager.restore('esm-copy.db', target, {safetyCopy: 'esm-before.db'});
assert(safetyCopy.endsWith('esm-before.db'));
target.close();
await manager.close();

for (const file of ['esm-copy.db', 'esm-handle.db', 'esm-all.db', 'esm-restored.db', 'esm-before.db']) {
	const copy = new Database(file, {fileMustExist: true});
	assert.equal(copy.pragma('integrity_check', {simple: true}), 'ok');
	assert.deepEqual(copy.prepare('SELECT text FROM note').pluck().all(), ['one', 'two']);
	copy.close();
}

assert.deepEqual(
	readdirSync('.').filter((name) => name.startsWith('.hotcopy-') || name === 'never.db'),
	[],
);
