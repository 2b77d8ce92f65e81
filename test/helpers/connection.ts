import Database from 'better-sqlite3';
import type {ExecutionContext} from 'ava';
import {startChild} from './child.js';

/** A connection of somebody who has a database open, here or in another process. */
export interface Holder {
	/** Runs one statement. Rejects with what SQLite says. */
	run(sql: string): Promise<unknown[]>;
	close(): Promise<void>;
	/** The end of its process in whatever it was doing. */
	kill?: () => Promise<void>;
}

interface Answer {
	readonly rows?: unknown[];
	readonly message?: string;
	readonly code?: string;
}

export type OpenHolder = (t: ExecutionContext, path: string) => Promise<Holder>;

/** A connection of this process, on this thread. */
export async function openHere(t: ExecutionContext, path: string): Promise<Holder> {
	const database = await Promise.resolve(new Database(path));
	t.teardown(() => database.close());
	return {
		async run(sql) {
			const statement = database.prepare(sql);
			return await Promise.resolve(statement.reader ? statement.all() : [statement.run()]);
		},
		async close() {
			await Promise.resolve(database.close());
		},
	};
}

/** A connection of another process. */
export async function openElsewhere(
	t: ExecutionContext,
	path: string,
): Promise<Holder & {readonly kill: () => Promise<void>}> {
	const child = startChild(t, 'sql.ts', [path]);
	await child.receive();
	return {
		async run(sql) {
			child.send(sql);
			const {rows, message, code} = (await child.receive()) as Answer;
			if (rows === undefined) throw Object.assign(new Error(message), {code});
			return rows;
		},
		async close() {
			child.send({close: true});
			await child.ended;
		},
		async kill() {
			child.signal('SIGKILL');
			await child.ended;
		},
	};
}

export const HOLDERS: Readonly<Record<string, OpenHolder>> = {
	'this process': openHere,
	'another process': openElsewhere,
};
