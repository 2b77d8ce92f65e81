/**
 * The process that is killed: it backs up in a loop, in every mode, until then. It prints a line for each backup that was
 * fulfilled, with the generation that the copy is of, which must be one that the source had in the time of the backup.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import Database from 'better-sqlite3';
import {BackupManager, type BackupOptions, type ThreadOptions, type VerifyOption} from '../../src/index.ts';
import {Auditor, generationOf} from './ledger.ts';
import {isBusy, pick} from './luck.ts';

const {source, target, pageCount, threads} = JSON.parse(process.argv[2] ?? '') as {
	readonly source: string;
	readonly target: string;
	readonly pageCount: number;
	readonly threads: ThreadOptions;
};

const manager = new BackupManager({...threads, maxThreads: 2});
const auditor = new Auditor();

/** Opened each time: while a connection stays open, nobody can change the journal mode. */
async function currentGeneration(): Promise<number> {
	for (;;) {
		const database = new Database(source, {timeout: 1000});
		try {
			return generationOf(database);
		} catch (error) {
			if (!isBusy(error)) throw error;
		} finally {
			database.close();
		}

		await sleep(1);
	}
}

// A first one elsewhere: otherwise the kill would come while the threads and their processes start.
await manager.backup(source, `${target}.warm-up`, {strategy: 'clone'});
process.stdout.write('ready\n');
for (;;) {
	const options: BackupOptions = {
		strategy: pick('auto', 'pages', 'serialize', 'vacuum', 'clone', 'clone', 'clone', 'clone'),
		pages: pick(0, 1, Math.ceil(pageCount / 3)),
		existing: pick('replace', 'replace', 'overwrite', 'fail'),
		snapshot: pick('auto', 'pin'),
		journalMode: pick('keep', 'delete'),
		verify: pick<VerifyOption>(false, false, false, 'quick'),
		sleep: 0.005,
	};
	const before = await currentGeneration();
	let line: string;
	try {
		const {strategy} = await manager.backup(source, target, options);
		const after = await currentGeneration();
		const copied = auditor.audit(target);
		const known = copied >= before && copied <= after;
		line = known
			? `done ${String(copied)} ${strategy}`
			: `wrong the copy is of generation ${String(copied)}, the source was of ${String(before)} to ${String(after)}`;
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : '';
		line = code.startsWith('ERR_BACKUP') ? `failed ${code}` : `wrong ${String(error)}`;
		if (code === 'ERR_BACKUP_TARGET_EXISTS') continue;
	}

	process.stdout.write(line.startsWith('wrong') ? `${line}, by ${JSON.stringify(options)}\n` : `${line}\n`);
}
