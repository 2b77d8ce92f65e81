import {mkdirSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import Database from 'better-sqlite3';
import {BackupManager} from '../../src/index.js';
import {makeAccounts} from '../helpers/database.js';
import {start} from './processes.js';

export interface TortureOptions {
	readonly rounds: number;
	readonly log?: (line: string) => void;
}

export interface TortureSummary {
	readonly rounds: number;
	/** Backups that were fulfilled before the kill, in all rounds. */
	readonly backups: number;
	/** Rounds in which the kill left a staging file, which the next backup then removed. */
	readonly interrupted: number;
	/** Failures of backups by their code, in all rounds. */
	readonly failures: Readonly<Record<string, number>>;
}

const ACCOUNTS = 400;
const BALANCE = 1000;
/** The longest that a victim lives: a handful of backups. */
const LONGEST_LIFE = 250;

/**
 * Kills processes that back up, at random moments, and looks at what is left: each time the target must be whole, no
 * older than the last backup that was reported as done, and the next backup must clear away what the dead one left.
 *
 * @throws Error at the first round in which something is not as it must be
 */
export async function torture({rounds, log = () => undefined}: TortureOptions): Promise<TortureSummary> {
	const directory = mkdtempSync(join(tmpdir(), 'hotcopy-torture-'));
	await using manager = new BackupManager();
	const failures: Record<string, number> = {};
	let backups = 0;
	let interrupted = 0;
	try {
		for (let round = 1; round <= rounds; round++) {
			const scene = setUp(join(directory, String(round)), round);
			const writer = await start('writer', scene.source, String(round % 5));
			const victim = await start('victim', JSON.stringify(scene));
			await sleep(Math.random() * LONGEST_LIFE);
			const killBoth = round % 3 === 0;
			if (killBoth) await Promise.all([victim.kill(), writer.kill()]);
			else await victim.kill();

			const done = victim.lines.filter((line) => line.startsWith('done '));
			for (const line of victim.lines.filter((text) => text.startsWith('failed '))) {
				failures[line.slice(7)] = (failures[line.slice(7)] ?? 0) + 1;
			}

			backups += done.length;
			if (strays(scene.directory).length > 0) interrupted++;
			const acknowledged = Number(done.at(-1)?.slice(5) ?? 0);
			examine(scene.target, acknowledged, round);
			await manager.backup(scene.source, scene.target, {verify: 'full', sleep: 0.005});
			if (!killBoth) await writer.kill();
			examine(scene.target, acknowledged, round);
			const left = strays(scene.directory);
			if (left.length > 0) throw new Error(`Round ${String(round)}: the next backup left ${left.join(', ')}`);
			rmSync(scene.directory, {recursive: true});
			log(`round ${String(round)}/${String(rounds)}: ${String(backups)} backups, ${String(interrupted)} interrupted`);
		}
	} finally {
		rmSync(directory, {recursive: true, force: true});
	}

	return {rounds, backups, interrupted, failures};
}

interface Scene {
	readonly directory: string;
	readonly source: string;
	readonly target: string;
	readonly pageCount: number;
}

/** A source, and in most rounds a target from before: in WAL or rollback mode, each with each. */
function setUp(directory: string, round: number): Scene {
	rmSync(directory, {recursive: true, force: true});
	mkdirSync(directory);
	const source = join(directory, 'source.db');
	const target = join(directory, 'target.db');
	make(source, round % 2 === 0);
	if (round % 4 !== 3) make(target, round % 8 < 4);
	const reader = new Database(source, {readonly: true});
	const pageCount = Number(reader.pragma('page_count', {simple: true}));
	reader.close();
	return {directory, source, target, pageCount};
}

function make(path: string, wal: boolean): void {
	const database = makeAccounts(path, {accounts: ACCOUNTS, filler: 1500, wal});
	database.exec('CREATE TABLE ledger (generation INTEGER NOT NULL); INSERT INTO ledger VALUES (0)');
	database.close();
}

function examine(target: string, acknowledged: number, round: number): void {
	const complain = (what: string): never => {
		throw new Error(`Round ${String(round)}: ${what}. The files are kept only while the process runs: ${target}`);
	};
	const database = openTarget(target);
	if (database === undefined) {
		if (acknowledged > 0) complain('a backup was done, and there is no target');
		return;
	}

	try {
		const integrity: unknown = database.pragma('integrity_check', {simple: true});
		if (integrity !== 'ok') complain(`integrity_check says ${String(integrity)}`);
		const row = database
			.prepare<[], {accounts: number; sum: number; generation: number}>(
				'SELECT count(*) AS accounts, sum(balance) AS sum, (SELECT max(generation) FROM ledger) AS generation FROM account',
			)
			.get();
		if (row?.accounts !== ACCOUNTS || row.sum !== ACCOUNTS * BALANCE) complain(`the rows are ${JSON.stringify(row)}`);
		else if (row.generation < acknowledged) {
			complain(`the target is of generation ${String(row.generation)}, and ${String(acknowledged)} was backed up`);
		}
	} finally {
		database.close();
	}
}

function openTarget(path: string): Database.Database | undefined {
	try {
		return new Database(path, {fileMustExist: true});
	} catch (error) {
		if (error instanceof Database.SqliteError && error.code === 'SQLITE_CANTOPEN') return undefined;
		throw error;
	}
}

function strays(directory: string): string[] {
	return readdirSync(directory).filter((name) => name.startsWith('.hotcopy-'));
}
