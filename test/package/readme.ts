import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {runProgram} from './program.js';

/** Every `js` block of a page: whole programs, which a reader may paste into a file. */
export function readExamples(page: string): string[] {
	const text = readFileSync(page, 'utf8');
	return [...text.matchAll(/^( *)```js\n(.*?)^ *```$/gms)].map(([, indent = '', code = '']) =>
		code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
	);
}

/** Runs an example as a module of the consumer, in a folder of its own, with a fresh `app.db`. */
export function runExample(code: string, consumer: string): void {
	const directory = join(consumer, 'example');
	mkdirSync(directory);
	try {
		writeFileSync(join(directory, 'app.mjs'), APP);
		writeFileSync(join(directory, 'example.mjs'), code);
		runProgram(process.execPath, ['app.mjs'], directory);
		runProgram(process.execPath, ['example.mjs'], directory);
	} finally {
		rmSync(directory, {recursive: true});
	}
}

/** In a process of its own, so that this one loads no addon and has no database open. */
const APP = `import Database from 'better-sqlite3';
const database = new Database('app.db');
database.exec("CREATE TABLE note (text); INSERT INTO note VALUES ('one'), ('two')");
database.close();
`;
