import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Database} from 'better-sqlite3';
import {withBar, type Show} from './bar.js';
import {checkCopy} from './check.js';
import {measure, type Copy, type LiveDatabase} from './measure.js';
import {copyWithHotcopy} from './ours.js';
import {count, milliseconds, sumText, type Run} from './report.js';
import {copyWithBetterSqlite3} from './theirs.js';

/** What every part of the demo plays on. */
export interface Stage extends LiveDatabase {
	/** The application's own connection, on the main thread. */
	readonly database: Database;
	readonly directory: string;
	readonly signal: AbortSignal;
}

/** Seconds that better-sqlite3's backup() may try. */
const LIMIT = 4;

/** A second of the application without any backup, for comparison. */
export async function watchAlone(stage: Stage): Promise<void> {
	const {seconds, writes, longestGap} = await measure(stage, async () => {
		await sleep(1000, undefined, {signal: stage.signal});
		return {};
	});
	console.log(
		`   ${count(writes / seconds)} transfers a second; the longest gap in the main thread's event loop is ${milliseconds(longestGap)}`,
	);
}

export async function runHotcopy(stage: Stage): Promise<Run> {
	return await run(stage, ['sqlite-hotcopy', 'under writes'], async (target, show) => {
		const before = stage.transfers.count;
		return await copyWithHotcopy(stage.path, target, stage.signal, (fraction) => {
			show(fraction, `${count(stage.transfers.count - before)} transfers meanwhile`);
		});
	});
}

export async function runBetterSqlite3(stage: Stage, when: string): Promise<Run> {
	return await run(stage, ['better-sqlite3', when], async (target, show) =>
		copyWithBetterSqlite3(stage.database, target, LIMIT, stage.signal, (fraction, restarts) => {
			show(fraction, `begun again ${count(restarts)} times`);
		}),
	);
}

type CopyTo = (target: string, show: Show) => Promise<Copy>;

/** One copy, measured, told of and checked. */
async function run(stage: Stage, title: Run['title'], copyTo: CopyTo): Promise<Run> {
	const target = join(stage.directory, 'copy.db');
	// Each begins with an empty WAL, so that its size at the end tells how far the copy let it grow.
	stage.database.pragma('wal_checkpoint(TRUNCATE)');
	const figures = await withBar(async (show) => measure(stage, async () => copyTo(target, show)));
	if (!figures.finished) {
		console.log(`   did not finish within ${String(LIMIT)} s, and was stopped`);
		return {...figures, title, health: undefined};
	}

	const health = await checkCopy(target);
	rmSync(target);
	console.log(
		`   made in ${figures.seconds.toFixed(2)} s; sum of its accounts ${sumText(health)}, integrity_check ${health.integrity}`,
	);
	return {...figures, title, health};
}
