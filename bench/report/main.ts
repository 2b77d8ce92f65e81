/**
 * `npm run bench:report`: writes what is in `bench/results/` into the pages that show it, between the marks
 * `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`, so that no figure is copied by hand.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {resultText} from './result-text.js';

const PAGES = ['docs/performance.md', 'docs/guarantees.md'] as const;
const root = new URL('../../', import.meta.url);

for (const page of PAGES) {
	const path = fileURLToPath(new URL(page, root));
	const text = readFileSync(path, 'utf8');
	const filled = text.replaceAll(
		/(<!-- bench:(\w+) -->\n)[^]*?(<!-- \/bench:\2 -->)/g,
		(all, begin: string, name: string, end: string) => {
			const file = new URL(`bench/results/${name}.json`, root);
			if (!existsSync(file)) {
				console.log(`${page}: no result of "${name}"; run: npm run bench -- ${name}`);
				return all;
			}

			return `${begin}\n${resultText(name, file)}\n${end}`;
		},
	);
	writeFileSync(path, filled);
	console.log(`${page} is written`);
}
