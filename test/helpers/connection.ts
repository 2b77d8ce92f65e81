import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {startLastingChild, type Child} from './child.js';

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

/** Processes that have no database open: to start one takes longer than most of what is asked of it. */
const idle: Child[] = [];
test.after.always(() => {
	for (const child of idle) child.signal('SIGKILL');
});

/** Milliseconds; one that has not closed by then is in the middle of something. */
const CLOSE_LIMIT = 1000;

/** A connection of another process. */
export async function openElsewhere(
	t: ExecutionContext,
	path: string,
): Promise<Holder & {readonly kill: () => Promise<void>}> {
	const child = idle.pop() ?? startLastingChild('sql.ts', []);
	let unanswered = 0;
	const run = async (order: unknown): Promise<unknown[]> => {
		unanswered++;
		child.send(order);
		const {rows, message, code} = (await child.receive()) as Answer;
		unanswered--;
		if (rows === undefined) throw Object.assign(new Error(message), {code});
		return rows;
	};
	let isOpen = true;
	let isKilled = false;
	const kill = async (): Promise<void> => {
		isOpen = false;
		isKilled = true;
		child.signal('SIGKILL');
		await child.ended;
	};
	const close = async (): Promise<void> => {
		isOpen = false;
		await run({close: true});
		if (!isKilled) idle.push(child);
	};
	t.teardown(async () => {
		if (!isOpen) return;
		// Its answer would be taken for that of the next order.
		if (unanswered > 0) {
			await kill();
			return;
		}

		const closed = close().then(
			() => true,
			() => false,
		);
		if (!(await Promise.race([closed, sleep(CLOSE_LIMIT, false)]))) await kill();
	});

	await run({open: path});
	return {run, close, kill};
}

export const HOLDERS: Readonly<Record<string, OpenHolder>> = {
	'this process': openHere,
	'another process': openElsewhere,
};
