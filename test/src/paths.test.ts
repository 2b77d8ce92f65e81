import {mkdirSync, renameSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import test from 'ava';
import {backup, BackupManager} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {assertBackupRefused, type Refusal} from '../helpers/refusal.js';
import {makeTagged, stateOf, tagged} from '../helpers/tagged.js';

/** Names that mean more than themselves to somebody on the way, each with what it may be mistaken for. */
const NAMES: readonly (readonly [name: string, decoy: string])[] = [
	[' leading space.db', 'leading space.db'],
	['\ttab.db', 'tab.db'],
	['\u00A0no-break.db', 'no-break.db'],
	['\uFEFFbyte order mark.db', 'byte order mark.db'],
	["quote's.db", 'quote'],
	['double"quote.db', 'doublequote.db'],
	['a%20b.db', 'a b.db'],
	['%2e%2e.db', '...db'],
	['100%.db', '100.db'],
	['%00.db', '.db'],
	['question?mode=memory', 'question'],
	['hash#tag.db', 'hash'],
	['file:scheme.db', 'scheme.db'],
	['file:mode.db?mode=memory', 'mode.db'],
	['back\\slash.db', 'backslash.db'],
	['line\nbreak.db', 'linebreak.db'],
	['ünïcödé-数据库.db', 'unicode-.db'],
	['cafe\u0301.db', 'caf\u00E9.db'],
	['🦀.db', '.db'],
	['-option.db', 'option.db'],
	[':memory:.db', ':memory:'],
	['semi;colon&and|pipe$HOME.db', 'semi'],
];

const TAG = 7;
const DECOY = 8;

for (const [name, decoy] of NAMES) {
	test.serial(`${encodeURIComponent(name)} means the file of that name`, async (t) => {
		const directory = makeDirectory(t);
		mkdirSync(join(directory, name));
		const inside = join(directory, name);
		const source = join(inside, name);
		const mistaken = join(inside, decoy);
		makeTagged(source, TAG);
		makeTagged(mistaken, DECOY);
		const targets = [`${directory}/as path`, `${directory}/as url`].map((path) => join(path, name));
		for (const target of targets) mkdirSync(join(target, '..'));
		const [byPath = '', byUrl = ''] = targets;
		const first = await backup(source, byPath);
		const second = await backup(pathToFileURL(source), pathToFileURL(byUrl));

		t.like(first, {source, target: byPath});
		t.like(second, {source, target: byUrl});
		for (const target of targets) {
			t.deepEqual(stateOf(target), tagged(TAG));
			t.deepEqual(listDirectory(join(target, '..')), [name]);
		}

		// Over a file that is there, with its decoy beside it.
		await backup(byPath, mistaken);
		t.deepEqual(stateOf(mistaken), tagged(TAG));
		t.deepEqual(listDirectory(inside), [decoy, name].sort());
	});
}

test.serial('a relative path is one of the moment of the call, also with leading spaces', async (t) => {
	const directory = makeDirectory(t);
	makeTagged(join(directory, ' app.db'), TAG);
	makeTagged(join(directory, 'app.db'), DECOY);
	const before = process.cwd();
	process.chdir(directory);
	const promise = backup(' app.db', './ copy.db');
	const attached = backup('app.db', 'attached.db', {name: 'x', attach: {x: ' app.db'}});
	process.chdir(before);

	t.like(await promise, {source: join(directory, ' app.db'), target: join(directory, ' copy.db')});
	t.like(await attached, {source: join(directory, ' app.db')});
	t.deepEqual(stateOf(join(directory, ' copy.db')), tagged(TAG));
	t.deepEqual(listDirectory(directory), [' app.db', ' copy.db', 'app.db', 'attached.db']);
});

interface Refused {
	readonly path: string | URL;
	readonly says: readonly string[];
}

const REFUSED: readonly Refused[] = [
	{path: '', says: ['empty string']},
	{path: 'a\0b.db', says: ['NUL']},
	{path: '\0', says: ['NUL']},
	{path: new URL('file:///a%00b.db'), says: ['NUL']},
	...[' ', '\t', '\n', '\r', '\v', '\f', '\u00A0', '\u2028', '\u3000', '\uFEFF'].map((space) => ({
		path: `app.db${space}`,
		says: ['white space at its end'],
	})),
	{path: ' ', says: ['white space at its end']},
	{path: new URL('file:///app.db%20'), says: ['white space at its end']},
	{path: ':memory:', says: [':memory:']},
	{path: new URL('http://example.com/app.db'), says: ['file: URL', 'http://example.com/app.db']},
	{path: new URL('https://example.com/app.db'), says: ['file: URL']},
	{path: new URL('data:,app.db'), says: ['file: URL']},
	{path: new URL('sqlite:app.db'), says: ['file: URL']},
	{path: new URL('file://example.com/app.db'), says: ['file://example.com/app.db']},
	{path: new URL('file:///a%2Fb.db'), says: ['file:///a%2Fb.db']},
	// Escapes that are no UTF-8, so no string of JavaScript is that name.
	{path: new URL('file:///%FF.db'), says: ['file:///%FF.db']},
];

const OTHER = '/nowhere/other.db';

for (const {path, says} of REFUSED) {
	test.serial(`the path ${encodeURIComponent(String(path)) || 'nothing'} is refused`, async (t) => {
		const refusal: Refusal = {kind: 'TypeError', says};
		await assertBackupRefused(t, [path, OTHER], {...refusal, says: [...says, 'source']});
		await assertBackupRefused(t, [OTHER, path], {...refusal, says: [...says, 'target']});
		await assertBackupRefused(t, [OTHER, OTHER, {attach: {x: path}, name: 'x'}], {
			...refusal,
			says: [...says, 'attach'],
		});
	});
}

test.serial('what is neither a path nor a handle is refused', async (t) => {
	const values = [undefined, null, 1, 1n, true, {}, [], Buffer.from(OTHER), {open: true}, () => OTHER, Symbol(OTHER)];
	for (const value of values) {
		await assertBackupRefused(t, [value, OTHER], {kind: 'TypeError', says: ['source', 'a path']});
		await assertBackupRefused(t, [OTHER, value], {kind: 'TypeError', says: ['target', 'a path']});
		// Of an attached database, undefined counts as no path too: which file was meant cannot be known.
		await assertBackupRefused(t, [OTHER, '/copy.db', {attach: {x: value}}], {
			kind: 'TypeError',
			says: ['attach', "'x'"],
		});
	}
});

test.serial('a target that is named as a directory is refused', async (t) => {
	const directory = makeDirectory(t);
	for (const target of [`${directory}/`, pathToFileURL(`${directory}/`), `${directory}/none/`]) {
		await assertBackupRefused(t, [OTHER, target], {kind: 'TypeError', says: ['target', 'directory']});
	}
});

// better-sqlite3 trims it, so that another file, of nearly the same name, would be read, or overwritten.
test.serial('a link to a name that ends in white space is refused, as the source and as the target', async (t) => {
	const directory = makeDirectory(t);
	const [decoy, link] = [join(directory, 'data.db'), join(directory, 'app.db')];
	const other = join(directory, 'other.db');
	makeTagged(other, TAG);
	makeTagged(decoy, TAG);
	renameSync(decoy, `${decoy} `);
	makeTagged(decoy, DECOY);
	symlinkSync(`${decoy} `, link);
	await using manager = new BackupManager();
	const copy = join(directory, 'copy.db');
	const says = {message: /"[^"]*data\.db ".*white space/};

	for (const strategy of STRATEGY_NAMES) {
		await t.throwsAsync(manager.backup(link, copy, {strategy}), {code: 'ERR_BACKUP_SOURCE', ...says});
	}

	await t.throwsAsync(manager.backup(other, link, {existing: 'overwrite'}), {code: 'ERR_BACKUP_TARGET', ...says});
	await t.throwsAsync(manager.restore(other, link), {code: 'ERR_BACKUP_TARGET', ...says});
	t.deepEqual(stateOf(decoy), tagged(DECOY));
	t.deepEqual(listDirectory(directory), ['app.db', 'data.db', 'data.db ', 'other.db']);
});
