import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import {findDatabases} from '../../src/cli/fleet/find-databases.js';
import {makeDirectory} from '../helpers/directory.js';

const {signal} = new AbortController();

/** Trees, also with links to directories, and what of them is found. */
const TREES: Readonly<
	Record<string, {links?: Record<string, string>; databases: string[]; pattern: string; found: string[]}>
> = {
	'a link within a linked directory': {
		databases: ['in/a/current/x.db', 'disk/b/releases/5/y.db'],
		links: {'in/b': '../disk/b', 'disk/b/current': 'releases/5'},
		pattern: 'in/*/current/*.db',
		found: ['a/current/x.db', 'b/current/y.db'],
	},
	'a link to a neighbour of the linked directory whose name begins alike': {
		databases: ['disk/eu/x.db', 'disk/eu-old/y.db'],
		links: {'in/eu': '../disk/eu', 'disk/eu/archive': '../eu-old'},
		pattern: 'in/**/*.db',
		found: ['eu/archive/y.db', 'eu/x.db'],
	},
	'links that go round in a circle': {
		databases: ['in/x.db', 'in/sub/y.db'],
		links: {'in/self': '.', 'in/sub/up': '..', 'in/sub/round': '../self/sub'},
		pattern: 'in/**/*.db',
		found: ['sub/y.db', 'x.db'],
	},
	'one directory by two names': {
		databases: ['in/one/x.db'],
		links: {'in/two': 'one'},
		pattern: 'in/*/x.db',
		found: ['one/x.db', 'two/x.db'],
	},
	'links that lead nowhere, to where nothing is looked for': {
		databases: ['in/x.db'],
		links: {'in/other': 'nowhere', 'in/.hidden': 'nowhere'},
		pattern: 'in/*.db',
		found: ['x.db'],
	},
	'hidden directories, which are to be named': {
		databases: ['in/.git/x.db', 'in/a/.b/y.db'],
		pattern: 'in/**/.b/*.db',
		found: ['a/.b/y.db'],
	},
	'all but some names, as a shell has it': {
		databases: ['in/a.db', 'in/b.db', 'in/t1/x.db', 'in/u1/x.db'],
		pattern: 'in/{[!a].db,[!t]*/x.db}',
		found: ['b.db', 'u1/x.db'],
	},
	'a choice within a choice': {
		databases: ['in/a1/x.db', 'in/b/c/x.db', 'in/d/x.db'],
		pattern: 'in/{a{1,2},b/c}/*.db',
		found: ['a1/x.db', 'b/c/x.db'],
	},
	'a way that is no shortest one': {
		databases: ['in/a/x.db', 'in/b/x.db'],
		pattern: 'in/[ab]//./x.db',
		found: ['a/x.db', 'b/x.db'],
	},
	'a choice of directories': {
		databases: ['in/a/b/x.db', 'in/c/y.db', 'in/d/z.db'],
		pattern: 'in/{a/b,c}/*.db',
		found: ['a/b/x.db', 'c/y.db'],
	},
	'line breaks of each kind in names': {
		databases: ['in/a\nb.db', 'in/d\nir/x.db', 'in/cr\rdir/x.db', 'in/ls\u2028dir/x.db', 'in/ok.db'],
		pattern: 'in/**/*.db',
		found: ['a\nb.db', 'cr\rdir/x.db', 'd\nir/x.db', 'ls\u2028dir/x.db', 'ok.db'],
	},
	'parentheses, which are part of a name': {
		databases: ['in/dir (1)/x.db', 'in/dir 1/y.db', 'in/a/f(2).db'],
		pattern: 'in/{dir (1),a}/*.db',
		found: ['a/f(2).db', 'dir (1)/x.db'],
	},
	'parentheses in the part that says where to look': {
		databases: ['in (old)/a/x.db', 'in old/a/y.db'],
		pattern: 'in (old)/*/x.db',
		found: ['a/x.db'],
	},
	'parentheses that leave names out': {
		databases: ['in/a/x.db', 'in/test-(1)/y.db'],
		pattern: 'in/!(test-*)/*.db',
		found: ['a/x.db'],
	},
};

for (const [name, {databases, links = {}, pattern, found}] of Object.entries(TREES)) {
	test.serial(`${name}: nothing is left out, and nothing found twice`, async (t) => {
		const directory = makeDirectory(t);
		const make = (path: string): void => {
			mkdirSync(dirname(path), {recursive: true});
			writeFileSync(path, '');
		};
		for (const database of databases) make(join(directory, database));
		mkdirSync(join(directory, 'in'), {recursive: true});
		for (const [link, target] of Object.entries(links)) symlinkSync(target, join(directory, link));
		const out = join(directory, 'in/out');
		// Where the copies of the last time are, they are none of what is found the next time.
		for (let round = 0; round < 2; round++) {
			const {matches, unreadable} = await findDatabases([`${directory}/${pattern}`], out, signal);

			t.deepEqual(matches.map(({relative}) => relative).sort(), found);
			t.deepEqual(unreadable, []);
			for (const {relative} of matches) make(join(out, relative));
		}
	});
}

/** Makes a directory whose name is not UTF-8, with a database in it. */
function makeNameless(parent: string): Buffer {
	const nameless = Buffer.concat([Buffer.from(`${parent}/caf`), Buffer.of(0xe9)]);
	mkdirSync(nameless);
	writeFileSync(Buffer.concat([nameless, Buffer.from('/x.db')]), '');
	return nameless;
}

test.serial('a directory whose name is not UTF-8 is told of', async (t) => {
	const directory = makeDirectory(t);
	makeNameless(directory);
	writeFileSync(join(directory, 'y.db'), '');

	const {matches, unreadable} = await findDatabases([join(directory, '**/*.db')], join(directory, 'out'), signal);

	t.deepEqual(
		matches.map(({relative}) => relative),
		['y.db'],
	);
	t.deepEqual(
		unreadable.map(({path, error}) => [path, error.message]),
		[[join(directory, 'caf\uFFFD'), 'a name on its path is not UTF-8']],
	);
});

test.serial('a link to a directory whose name is not UTF-8 is told of', async (t) => {
	const [directory, elsewhere] = [makeDirectory(t), makeDirectory(t)];
	symlinkSync(makeNameless(elsewhere), join(directory, 'eu'));
	writeFileSync(join(directory, 'y.db'), '');

	const {matches, unreadable} = await findDatabases([join(directory, '**/*.db')], join(directory, 'out'), signal);

	t.deepEqual(
		matches.map(({relative}) => relative),
		['y.db'],
	);
	t.deepEqual(
		unreadable.map(({path}) => path),
		[join(directory, 'eu')],
	);
});

test.serial('a directory is no pattern, and the remedy is one', async (t) => {
	const directory = makeDirectory(t);

	const error = await t.throwsAsync(findDatabases([`${directory}//`], 'out', signal), {code: 'ERR_USAGE'});

	t.true(error.message.endsWith(`for example '${directory}/**/*.db'.`), error.message);
});
