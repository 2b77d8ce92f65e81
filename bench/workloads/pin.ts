/** What a copy under a pin costs a writer: how long its longest transaction takes, in both journal modes. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import Database from 'better-sqlite3';
import {BackupManager} from '../../src/index.js';
import type {WriterReport} from './pin-writer.js';

const MEGABYTES = 256;
const ROUNDS = 5;

interface Row {
	readonly 'journal mode': string;
	readonly MB: number;
	readonly 'copy, ms': number;
	readonly 'longest write, idle, ms': number;
	readonly 'longest write during copies, ms': number;
	readonly 'WAL at its largest, MB': number;
}

export async function run(): Promise<readonly Row[]> {
	const directory = mkdtempSync(join(tmpdir(), 'hotcopy-bench-'));
	await using manager = new BackupManager();
	try {
		const rows: Row[] = [];
		for (const mode of ['WAL', 'DELETE']) rows.push(await measure(join(directory, mode), mode, manager));
		return rows;
	} finally {
		rmSync(directory, {recursive: true, force: true});
	}
}

async function measure(path: string, mode: string, manager: BackupManager): Promise<Row> {
	make(path, mode);
	const worker = new Worker(new URL('pin-writer.ts', import.meta.url), {workerData: {path}});
	await once(worker, 'message');
	await new Promise((resolve) => setTimeout(resolve, 3000));
	const idle = await ask(worker);

	const durations: number[] = [];
	let walBytes = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const result = await manager.backup(path, `${path}.copy`);
		durations.push(result.durationMs);
		walBytes = Math.max(walBytes, result.walBytes);
	}

	const busy = await ask(worker);
	worker.postMessage('stop');
	await once(worker, 'exit');
	return {
		'journal mode': mode,
		MB: MEGABYTES,
		'copy, ms': Math.round(median(durations)),
		'longest write, idle, ms': Math.round(idle.longestMs),
		'longest write during copies, ms': Math.round(busy.longestMs),
		'WAL at its largest, MB': Math.round(walBytes / 1e6),
	};
}

function make(path: string, mode: string): void {
	const database = new Database(path);
	database.pragma(`journal_mode = ${mode}`);
	database.pragma('synchronous = OFF');
	database.exec('CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, filler BLOB)');
	const insert = database.prepare('INSERT INTO account (balance, filler) VALUES (1000, randomblob(4000))');
	database.transaction(() => {
		for (let row = 0; row < (MEGABYTES * 1e6) / 4096; row++) insert.run();
	})();
	database.close();
}

async function ask(worker: Worker): Promise<WriterReport> {
	worker.postMessage('report');
	const [report] = (await once(worker, 'message')) as [WriterReport];
	return report;
}

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
