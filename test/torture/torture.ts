import {mkdirSync, mkdtempSync, readdirSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {BackupManager, type ThreadOptions} from '../../src/index.js';
import {preloadChildren} from '../helpers/preload-children.js';
import {Auditor, makeLedger} from './ledger.js';
import {pick} from './luck.js';
import {start, type Program} from './processes.js';

export interface TortureOptions {
	readonly rounds: number;
	/** The longest that a victim lives, in ms: 500, the default, is a handful of backups. */
	readonly life?: number;
	/** Where it takes place, which decides on the file system; the system's directory for temporary files by default. */
	readonly within?: string;
	readonly log?: (line: string) => void;
}

export interface TortureSummary {
	readonly rounds: number;
	/** Backups that were fulfilled before the kill and held what they must, in all rounds, by what made the copy. */
	readonly backups: Readonly<Record<string, number>>;
	/** Rounds in which the kill left a staging file, which the next backup then removed. */
	readonly interrupted: number;
	/** Failures of backups by their code, in all rounds. */
	readonly failures: Readonly<Record<string, number>>;
}

/**
 * Kills processes that back up, at random moments, while others write, checkpoint, vacuum, change the journal mode and
 * die. Each copy must be exactly one of the states that the source had in the time of the backup. After the kill the
 * target must be whole and no older than the last backup that was reported as done, and the next backup must clear away
 * what the dead one left.
 *
 * @throws Error at the first round in which something is not as it must be
 */
export async function torture({
	rounds,
	life = 500,
	within = tmpdir(),
	log = () => undefined,
}: TortureOptions): Promise<TortureSummary> {
	const directory = mkdtempSync(join(within, 'hotcopy-torture-'));
	const threads = preloadChildren(directory, 'preload-slow.ts');
	await using manager = new BackupManager(threads);
	const failures: Record<string, number> = {};
	const backups: Record<string, number> = {};
	let interrupted = 0;
	try {
		for (let round = 1; round <= rounds; round++) {
			const scene = setUp(join(directory, String(round)), round, threads);
			const others = await startOthers(scene, round);
			const victim = await start('victim', scene);
			await sleep(Math.random() * life);
			const killAll = round % 3 === 0;
			await Promise.all([victim, ...(killAll ? others : [])].map(async (program) => program.kill()));

			let acknowledged = 0;
			for (const line of victim.lines) {
				const [verb, what = '', strategy = ''] = line.split(' ');
				if (verb === 'wrong') throw new Error(`Round ${String(round)}: ${line}`);
				if (verb === 'failed') count(failures, what);
				else count(backups, strategy);
				if (verb === 'done') acknowledged = Number(what);
			}

			if (strays(scene.directory).length > 0) interrupted++;
			examine(scene.target, acknowledged, round);
			await manager.backup(scene.source, scene.target, {
				strategy: pick('auto', 'clone', 'vacuum'),
				verify: 'full',
				sleep: 0.005,
			});
			if (!killAll) await Promise.all(others.map(async (program) => program.kill()));
			examine(scene.target, acknowledged, round);
			const left = strays(scene.directory);
			if (left.length > 0) throw new Error(`Round ${String(round)}: the next backup left ${left.join(', ')}`);
			rmSync(scene.directory, {recursive: true});
			log(`round ${String(round)}/${String(rounds)}: ${JSON.stringify(backups)}, ${String(interrupted)} interrupted`);
		}
	} finally {
		rmSync(directory, {recursive: true, force: true});
	}

	return {rounds, backups, interrupted, failures};
}

function count(counts: Record<string, number>, what: string): void {
	counts[what] = (counts[what] ?? 0) + 1;
}

interface Scene {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
	readonly pageCount: number;
	readonly threads: ThreadOptions;
}

/** A source, and in most rounds a target from before: in WAL or rollback mode, each with each. */
function setUp(directory: string, round: number, threads: ThreadOptions): Scene {
	rmSync(directory, {recursive: true, force: true});
	mkdirSync(directory);
	const source = join(directory, 'source.db');
	const target = join(directory, 'target.db');
	const pageSize = pick(1024, 4096);
	makeLedger(source, {wal: round % 2 === 0, pageSize});
	if (round % 4 !== 3) makeLedger(target, {wal: round % 8 < 4, pageSize});
	return {directory, source, target, pageCount: statSync(source).size / pageSize, threads};
}

async function startOthers({source, directory}: Scene, round: number): Promise<readonly Program[]> {
	const order = {path: source, quiet: join(directory, 'quiet'), pause: round % 5};
	return await Promise.all([
		start('writer', {...order, mortal: false}),
		start('writer', {...order, mortal: true}),
		start('meddler', order),
	]);
}

function examine(target: string, acknowledged: number, round: number): void {
	const complain = (what: string): never => {
		throw new Error(`Round ${String(round)}: ${what}. The files are kept only while the process runs: ${target}`);
	};
	if (statSync(target, {throwIfNoEntry: false}) === undefined) {
		if (acknowledged > 0) complain('a backup was done, and there is no target');
		return;
	}

	const generation = new Auditor().audit(target);
	if (generation < acknowledged) {
		complain(`the target is of generation ${String(generation)}, and ${String(acknowledged)} was backed up`);
	}
}

function strays(directory: string): string[] {
	return readdirSync(directory).filter((name) => name.startsWith('.hotcopy-'));
}
