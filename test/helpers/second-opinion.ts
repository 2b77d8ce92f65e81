import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {PYTHON} from './python.js';
import type {Scope} from './whole-file.js';

/** Another SQLite in another process, so that it shares neither bugs nor locks with the one under test. */
export interface SecondOpinion {
	/** What its check says of a database: `ok`, or what is wrong first. It changes nothing and needs no sidecar. */
	integrityOf(path: string, check?: 'integrity_check' | 'quick_check'): Promise<string>;
}

const PROGRAM = `
import sqlite3, sys, urllib.parse
for line in sys.stdin:
    try:
        check, path = line.rstrip("\\n").split(" ", 1)
        uri = "file:" + urllib.parse.quote(path) + "?immutable=1"
        database = sqlite3.connect(uri, uri=True)
        answer = database.execute("PRAGMA " + check + "(1)").fetchone()[0]
        database.close()
    except sqlite3.Error as error:
        answer = str(error)
    print(answer.replace("\\n", " "), flush=True)
`;

/** Starts CPython, which ends with the test. */
export function askPython(t: Scope): SecondOpinion {
	const child = spawn(PYTHON, ['-c', PROGRAM], {stdio: ['pipe', 'pipe', 'inherit']});
	const waiting: PromiseWithResolvers<string>[] = [];
	createInterface(child.stdout).on('line', (line) => waiting.shift()?.resolve(line));
	const closed = once(child, 'close').then(() => {
		for (const {reject} of waiting) reject(new Error('python3 ended without an answer'));
	});
	t.teardown(async () => {
		child.stdin.end();
		await closed;
	});
	return {
		async integrityOf(path, check = 'integrity_check') {
			const answer = Promise.withResolvers<string>();
			waiting.push(answer);
			child.stdin.write(`${check} ${path}\n`);
			return await answer.promise;
		},
	};
}
