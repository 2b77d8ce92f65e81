import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import type {CloneAnswer} from '../../workers/clone/clone-pair.js';
import {startCloner, type ClonerOptions} from './cloner.js';
import {openElsewhere, type Holder} from './connection.js';
import {makeDirectory} from './directory.js';
import {prepareHold, type Stop} from './hold.js';
import {makeTagged} from './tagged.js';

/** What a reader needs: the main file alone (SQLite's "read mark 0"), or frames of the WAL as well. */
export type Mode = 'rollback' | 'WAL, all of it checkpointed' | 'WAL';

/** Where the process that clones is stopped, in the order in which it gets there, as long as it needs nothing but the main file. */
export const MAIN_STOPS: readonly Stop[] = [
	{at: 'open app.db'},
	{at: 'open app.db-shm'},
	{at: 'open app.db-wal'},
	{at: 'read app.db 0'},
	{at: 'read app.db 0', time: 2},
	{at: 'read app.db 65536'},
];
/** Where blocks are shared, in place of the reads. */
export const SHARE_STOPS: readonly Stop[] = [{at: 'share'}, {at: 'shared'}];
/** There it goes on where a database is in WAL mode. */
export const WAL_STOPS: readonly Stop[] = [
	{at: 'open app.db-shm', time: 2},
	{at: 'open app.db-wal', time: 2},
	{at: 'read app.db-wal 0', time: 2},
	{at: 'read app.db-wal 65536'},
	{at: 'open app.db-wal', time: 3},
	{at: 'open copy-wal', time: 2},
];

export interface CloneScene {
	readonly directory: string;
	readonly source: string;
	readonly staging: string;
	/** Another process, which waits for no lock. */
	readonly writer: Holder & {readonly kill: () => Promise<void>};
	/** Commits a tag, so that it is where the mode has it. */
	prepare(tag: number): Promise<void>;
	/** Clones under a pin, with something done while the process that clones stands still. */
	clone(stop?: Stop, interfere?: Interfere, mark?: string): Promise<CloneAnswer>;
}

/** @param goOn lets the process that clones go on, to another place where it stops */
export type Interfere = (goOn: (to: Stop) => Promise<void>) => Promise<void>;

/** A database of some hundred pages, and the process that clones it. */
export async function makeCloneScene(
	t: ExecutionContext,
	mode: Mode,
	{directory = makeDirectory(t), ...options}: ClonerOptions & {readonly directory?: string} = {},
): Promise<CloneScene> {
	const source = join(directory, 'app.db');
	const staging = join(directory, '.hotcopy-test');
	const hold = prepareHold(directory);
	makeTagged(source, 0, {wal: mode !== 'rollback', accounts: 250});
	const [cloner, writer] = await Promise.all([startCloner(t, {hold, ...options}), openElsewhere(t, source)]);
	await writer.run('PRAGMA busy_timeout = 0');
	await writer.run('PRAGMA wal_autocheckpoint = 0');

	return {
		directory,
		source,
		staging,
		writer,
		async prepare(tag) {
			if (mode !== 'rollback') await writer.run('PRAGMA wal_checkpoint(TRUNCATE)');
			await writer.run(setTag(tag));
			if (mode === 'WAL, all of it checkpointed') await writer.run('PRAGMA wal_checkpoint(PASSIVE)');
		},
		async clone(stop, interfere, mark) {
			const pin = new Database(source, {readonly: true, timeout: 0});
			try {
				pin.exec('BEGIN');
				pin.pragma('main.user_version');
				if (stop !== undefined) hold.set(stop);
				const answer = cloner.clone(source, staging, mark);
				if (stop !== undefined) {
					await hold.reached(answer);
					await interfere?.(async (next) => {
						hold.set(next);
						await hold.reached(answer);
					});
					hold.release();
				}

				return await answer;
			} finally {
				pin.close();
			}
		},
	};
}

export function setTag(tag: number): string {
	return `UPDATE account SET balance = ${String(tag)}`;
}
