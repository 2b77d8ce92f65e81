/**
 * The process that is killed: it backs up in a loop, in every mode, until then. It prints a line for each backup that was
 * fulfilled, with the generation that the source had before the call: what the target holds can only be as new or newer.
 */
import {BackupManager, type BackupOptions, type VerifyOption} from '../../src/index.js';
import Database from 'better-sqlite3';

const {source, target, pageCount} = JSON.parse(process.argv[2] ?? '') as {
	source: string;
	target: string;
	pageCount: number;
};

const pick = <T>(...values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;
const reader = new Database(source, {readonly: true});
const generation = reader.prepare<[], number>('SELECT max(generation) FROM ledger').pluck();
const manager = new BackupManager({maxThreads: 2});

// A first one elsewhere: otherwise the kill would come while the thread starts.
await manager.backup(source, `${target}.warm-up`);
process.stdout.write('ready\n');
for (;;) {
	const before = generation.get() ?? 0;
	const options: BackupOptions = {
		pages: pick(0, 1, Math.ceil(pageCount / 3)),
		existing: pick('replace', 'replace', 'overwrite', 'fail'),
		snapshot: pick('auto', 'pin'),
		journalMode: pick('keep', 'delete'),
		verify: pick<VerifyOption>(false, false, false, 'quick'),
		sleep: 0.005,
	};
	try {
		await manager.backup(source, target, options);
		process.stdout.write(`done ${String(before)}\n`);
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
		if (code !== 'ERR_BACKUP_TARGET_EXISTS') process.stdout.write(`failed ${code}\n`);
	}
}
