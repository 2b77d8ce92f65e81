/** Processes that are killed in the middle of a restore, at its different stages. */
import {existsSync, mkdirSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {BackupManager} from '../../src/index.js';
import {startBackupProcess} from '../helpers/backup-process.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';
import {until} from '../helpers/until.js';

const OLD = 1;
const NEW = 2;
/** So many that each stage takes some milliseconds. */
const ROWS = 1000;
const FILLER = 5000;

interface Files {
	readonly directory: string;
	readonly target: string;
	readonly aside: string;
	readonly safetyCopy: string;
}

function sizeOf(path: string): number {
	return statSync(path, {throwIfNoEntry: false})?.size ?? 0;
}

function hasStaging(directory: string): boolean {
	return readdirSync(directory).some((name) => name.startsWith('.hotcopy-') && sizeOf(join(directory, name)) > 0);
}

/** After each of these begins, the process has some milliseconds to live, another number each time. */
const STAGES: Readonly<Record<string, (files: Files) => boolean>> = {
	'the backup is copied': ({directory}) => hasStaging(directory),
	'the target is kept': ({aside}) => hasStaging(aside),
	'the safety copy is in its place': ({safetyCopy}) => existsSync(safetyCopy),
	'the target is committed': ({target, safetyCopy}) => existsSync(safetyCopy) && !existsSync(`${target}-journal`),
	'the target is written': ({target}) => sizeOf(`${target}-journal`) > 100_000 || sizeOf(`${target}-wal`) > 1_000_000,
};

const LONGEST_LIFE = 20;

for (const wal of [false, true]) {
	for (const [stage, reached] of Object.entries(STAGES)) {
		test.serial(`killed when ${stage}: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
			const directory = makeDirectory(t);
			const [backup, target] = [join(directory, 'backup.db'), join(directory, 'app.db')];
			const aside = join(directory, 'aside');
			const safetyCopy = join(aside, 'before.db');
			mkdirSync(aside);
			makeTagged(backup, NEW, {accounts: ROWS, filler: FILLER});
			makeTagged(target, OLD, {accounts: ROWS, filler: FILLER, wal});
			const {child, run} = await startBackupProcess(t, {
				source: backup,
				target,
				restore: {safetyCopy, verify: 'quick'},
			});
			let over = false;
			const finished = run().then(
				() => {
					over = true;
				},
				() => undefined,
			);
			await until(() => over || reached({directory, target, aside, safetyCopy}));
			const life = Math.random() * LONGEST_LIFE;
			await sleep(life);
			child.signal('SIGKILL');
			await Promise.all([child.ended, finished]);
			const left = hasStaging(directory) || hasStaging(aside);

			const {tag} = stateOf(target);
			t.log({life, left, state: tag === NEW ? 'new' : 'old'});
			t.deepEqual(stateOf(target), tagged(tag, ROWS));
			if (existsSync(safetyCopy)) t.deepEqual(stateOf(safetyCopy), tagged(OLD, ROWS));
			if (tag === NEW) t.true(existsSync(safetyCopy), 'what was replaced is kept');

			await using manager = new BackupManager({maxThreads: 1});
			await manager.restore(backup, target, {safetyCopy});
			await manager.close();
			t.deepEqual(stateOf(target), tagged(NEW, ROWS));
			t.deepEqual(stateOf(safetyCopy), tagged(tag, ROWS));
			t.deepEqual(listDirectory(directory), ['app.db', 'aside', 'backup.db']);
			t.deepEqual(listDirectory(aside), ['before.db']);
		});
	}
}
