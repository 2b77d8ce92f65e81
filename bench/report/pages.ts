import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {comparisonText, type Comparison} from './comparison-text.js';
import {resultText} from './result-text.js';

const PAGES = ['README.md', 'docs/performance.md', 'docs/guarantees.md'] as const;
/** The one that is no workload: it has no figures, and no chart. */
const COMPARISON = 'compare';

const root = new URL('../../', import.meta.url);

/** Fills in what each of the pages shows. */
export function writePages(): void {
	for (const page of PAGES) writePage(page);
}

function writePage(page: string): void {
	const path = fileURLToPath(new URL(page, root));
	const text = readFileSync(path, 'utf8');
	const filled = text.replaceAll(
		/(<!-- bench:(\w+) -->\n)[^]*?(<!-- \/bench:\2 -->)/g,
		(all, begin: string, name: string, end: string) => {
			const file = new URL(`bench/results/${name}.json`, root);
			if (!existsSync(file)) {
				console.log(`${page}: no result of "${name}"; run: ${commandOf(name)}`);
				return all;
			}

			return `${begin}\n${textOf(name, file)}\n${end}`;
		},
	);
	writeFileSync(path, filled);
	console.log(`${page} is written`);
}

function commandOf(name: string): string {
	return name === COMPARISON ? 'npm run compare' : `npm run bench -- ${name}`;
}

function textOf(name: string, file: URL): string {
	// Written by `npm run compare`, as its type has it.
	if (name === COMPARISON) return comparisonText(JSON.parse(readFileSync(file, 'utf8')) as Comparison);
	return resultText(name, file);
}
