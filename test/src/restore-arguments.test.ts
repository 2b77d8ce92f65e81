/** What a restore is asked in a wrong way: refused before there is a job. */
import test from 'ava';
import Database from 'better-sqlite3';
import {BackupManager} from '../../src/index.js';

const [handle, text] = [new Database(':memory:'), 'a.db'];

for (const [args, says] of [
	[[handle, text], /Expected the backup to be a string or a file: URL/],
	[[undefined, text], /Expected the backup to be a string or a file: URL, but got undefined/],
	[['', text], /Expected the backup to be a path, but got an empty string/],
	[[':memory:', text], /Expected the backup to be a file/],
	[[new URL('https://a/b.db'), text], /Expected the backup to be a file: URL/],
	[[text, undefined], /Expected the target to be a path/],
	[[text, 'b.db', {verify: false}], /restore option "verify" must be one of 'quick', 'full', but got false/],
	[[text, 'b.db', {safteyCopy: text}], /Unknown restore option "safteyCopy". Did you mean "safetyCopy"\?/],
	[[text, 'b.db', {safetyCopy: handle}], /restore option "safetyCopy" must be a path or a file: URL/],
	[[text, 'b.db', {safetyCopy: 'folder/'}], /Expected the safety copy to be a file, but got the directory 'folder\/'/],
	[[text, 'b.db', {safetyCopy: ''}], /Expected the safety copy to be a path/],
	[[text, 'b.db', {existing: 'replace'}], /Unknown restore option "existing"/],
	[[text, 'b.db', {checksum: 'sha256'}], /Unknown restore option "checksum"/],
	[[text, 'b.db', {name: 'main'}], /Unknown restore option "name"/],
	[[text, 'b.db', {journalMode: 'delete'}], /Unknown restore option "journalMode"/],
	[[text, 'b.db', null], /options to be an object, but got null/],
] as const) {
	test.serial(`refused as a wrong argument: ${says.source}`, async (t) => {
		const idle = new BackupManager();
		const restore = idle.restore.bind(idle) as (...args: readonly unknown[]) => Promise<unknown>;
		t.regex((await t.throwsAsync(restore(...args), {instanceOf: TypeError})).message, says);
		t.deepEqual(idle.jobs, []);
		t.is(idle.stats.failed, 0);
	});
}
