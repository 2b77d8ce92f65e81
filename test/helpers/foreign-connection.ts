import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import type {ExecutionContext} from 'ava';
import {HOLDERS, type Holder, type OpenHolder} from './connection.js';
import {isInstalled} from './program.js';
import {PYTHON} from './python.js';

/** What other people's programs answer to a statement: its rows, or what was wrong. */
interface Answer {
	readonly rows?: unknown[];
	readonly error?: string;
}

interface Dialect {
	readonly program: string;
	readonly args: (path: string) => readonly string[];
	/** What to send for a statement. */
	readonly ask: (sql: string) => string;
	/** A line of the answer; undefined where there are more to come. */
	readonly parse: (line: string, before: readonly string[]) => Answer | undefined;
}

const PYTHON_PROGRAM = `
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
for line in sys.stdin:
    try:
        cursor = connection.execute(json.loads(line))
        names = [column[0] for column in cursor.description or []]
        answer = {"rows": [dict(zip(names, row)) for row in cursor.fetchall()]}
    except sqlite3.Error as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
connection.close()
`;

const END = '--end--';

const DIALECTS: Readonly<Record<string, Dialect>> = {
	python3: {
		program: PYTHON,
		args: (path) => ['-c', PYTHON_PROGRAM, path],
		ask: (sql) => JSON.stringify(sql),
		parse: (line) => JSON.parse(line) as Answer,
	},
	sqlite3: {
		program: 'sqlite3',
		args: (path) => ['-batch', '-cmd', '.timeout 20000', '-cmd', '.mode json', path],
		ask: (sql) => `${sql};\n.print ${END}`,
		parse(line, before) {
			if (line !== END) return undefined;
			const text = before.join('');
			return text === '' || text.startsWith('[') ? {rows: JSON.parse(text || '[]') as unknown[]} : {error: text};
		},
	},
};

/** Connections that somebody has to a database who knows nothing of this library, as far as they are installed here. */
export const ALL_HOLDERS: Readonly<Record<string, OpenHolder>> = {
	...HOLDERS,
	...Object.fromEntries(
		Object.entries(DIALECTS)
			.filter(([, {program}]) => isInstalled(program))
			.map(([name, dialect]) => [name, (t: ExecutionContext, path: string) => open(t, dialect, path)]),
	),
};

async function open(t: ExecutionContext, dialect: Dialect, path: string): Promise<Holder> {
	const {program} = dialect;
	// What goes wrong is told of in the order of what is asked, so both come through one pipe.
	const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
		'sh',
		['-c', 'exec "$0" "$@" 2>&1', program, ...dialect.args(path)],
		{stdio: ['pipe', 'pipe', 'inherit']},
	);
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	const closed = once(child, 'close');
	const close = async (): Promise<void> => {
		child.stdin.end();
		await closed;
	};
	t.teardown(close);
	const run = async (sql: string): Promise<unknown[]> => {
		child.stdin.write(`${dialect.ask(sql)}\n`);
		const before: string[] = [];
		for (;;) {
			const {value: line, done} = await lines.next();
			if (done === true) throw new Error(`${program} ended without an answer: ${before.join('\n')}`);
			const answer = dialect.parse(line, before);
			before.push(line);
			if (answer?.error !== undefined) throw new Error(answer.error);
			if (answer?.rows !== undefined) return answer.rows;
		}
	};
	await run('SELECT 1');
	return {run, close};
}
