import {createRequire} from 'node:module';
import {arch, cpus, platform, release} from 'node:os';
import Database from 'better-sqlite3';
import type {Health} from './check.js';
import {SUM} from './database.js';
import type {Copy, Figures} from './measure.js';

/** One way to copy, as a column of the table. */
export interface Run extends Figures, Copy {
	/** Two lines. */
	readonly title: readonly [string, string];
	/** Undefined where there is no copy to check. */
	readonly health: Health | undefined;
}

const LABEL_WIDTH = 25;
const COLUMN_WIDTH = 18;

const numbers = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});

export function count(value: number): string {
	return numbers.format(value);
}

export function megabytes(bytes: number): string {
	return `${count(bytes / 1e6)} MB`;
}

export function percent(fraction: number): string {
	return `${String(Math.floor(fraction * 100))} %`;
}

export function milliseconds(ms: number): string {
	return `${ms.toFixed(1)} ms`;
}

export function describeMachine(): string {
	const {version} = createRequire(import.meta.url)('better-sqlite3/package.json') as {version: string};
	const database = new Database(':memory:');
	const sqlite = String(database.prepare('SELECT sqlite_version()').pluck().get());
	database.close();
	const processors = cpus();
	return [
		`Node.js ${process.versions.node}, better-sqlite3 ${version} (SQLite ${sqlite})`,
		`${platform()} ${release()} ${arch()}, ${String(processors.length)} x ${processors[0]?.model.trim() ?? 'unknown processor'}`,
	].join('\n');
}

export function table(runs: readonly Run[]): string {
	const rows: readonly (readonly [string, (run: Run) => string])[] = [
		['', ({title}) => title[0]],
		['', ({title}) => title[1]],
		['copied', ({copied, finished}) => (finished ? 'all of it' : `at most ${percent(copied)}`)],
		['time', ({seconds}) => `${seconds.toFixed(2)} s`],
		['begun again by writes', ({restarts}) => `${count(restarts)} times`],
		['transfers meanwhile', ({writes}) => count(writes)],
		['main thread', () => ''],
		['  longest gap', ({longestGap}) => milliseconds(longestGap)],
		['  busy', ({busy}) => percent(busy)],
		['WAL grew to', ({wal}) => megabytes(wal)],
		['the copy', () => ''],
		['  sum of the accounts', ({health}) => (health === undefined ? '-' : health.sum === SUM ? 'right' : 'WRONG')],
		['  integrity_check', ({health}) => health?.integrity ?? '-'],
	];
	const lines = rows.map(([label, cell]) => {
		const cells = runs.map((run) => cell(run).padStart(COLUMN_WIDTH));
		return (label.padEnd(LABEL_WIDTH) + cells.join('')).trimEnd();
	});
	lines.splice(2, 0, '-'.repeat(LABEL_WIDTH + COLUMN_WIDTH * runs.length));
	return lines.join('\n');
}

export function isSound({health}: Run): boolean {
	return health?.sum === SUM && health.integrity === 'ok';
}

export function sumText({sum}: Health): string {
	return sum === SUM ? `${count(sum)} (right)` : `${count(sum)} (WRONG, not ${count(SUM)})`;
}
