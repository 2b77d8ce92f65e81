import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import test from 'ava';

const ROOT = new URL('../../', import.meta.url);

function read(path: string): string {
	return readFileSync(fileURLToPath(new URL(path, ROOT)), 'utf8');
}

test.serial('the page of the examples has each, with a command that there is', (t) => {
	const page = read('examples/README.md');
	const {scripts} = JSON.parse(read('package.json')) as {readonly scripts: Readonly<Record<string, string>>};
	const files = readdirSync(fileURLToPath(new URL('examples', ROOT))).filter((name) => name.endsWith('.ts'));
	t.true(files.length > 5);
	for (const file of files) {
		const name = `example:${file.replace('.ts', '')}`;
		t.is(scripts[name], `node --import=tsx examples/${file}`);
		t.true(page.includes(`[${file}](${file})`) && page.includes(`\`npm run ${name}\``), file);
	}
});

test.serial('the examples use the very better-sqlite3 that the library does: there is one', (t) => {
	const {packages} = JSON.parse(read('package-lock.json')) as {readonly packages: Readonly<Record<string, unknown>>};
	const copies = Object.keys(packages).filter((path) => path.endsWith('node_modules/better-sqlite3'));
	t.deepEqual(copies, ['node_modules/better-sqlite3']);
});
