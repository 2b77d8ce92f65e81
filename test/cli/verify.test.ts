import {chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {makeBadIndex, makeTorn} from '../helpers/broken.js';
import {complaintsOf, recordsOf, runCli} from '../helpers/cli.js';
import {openElsewhere} from '../helpers/connection.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {leaveHotJournal, leaveWal} from '../helpers/leftovers.js';
import {makeTagged} from '../helpers/tagged.js';
import {findUser} from '../helpers/user.js';

test.serial('sound databases pass, in either journal mode, and are not touched', async (t) => {
	const cwd = makeDirectory(t);
	makeTagged(join(cwd, 'wal.db'), 1, {wal: true});
	makeTagged(join(cwd, 'rollback.db'), 2);
	symlinkSync('wal.db', join(cwd, 'link.db'));
	const before = ['wal.db', 'rollback.db'].map((name) => fingerprint(join(cwd, name)));
	const {exit, stdout, stderr} = await runCli(t, ['verify', 'wal.db', 'rollback.db', 'link.db'], {cwd});

	t.is(exit, 0, stderr);
	const lines = stdout.trimEnd().split('\n');
	t.deepEqual(
		lines.map((line) => /^ok: (\S+): [\d.]+ kB, full check in [\d.]+m?s$/.exec(line)?.[1]),
		['wal.db', 'rollback.db', 'link.db'],
	);
	t.deepEqual(
		['wal.db', 'rollback.db'].map((name) => fingerprint(join(cwd, name))),
		before,
	);
	t.deepEqual(listDirectory(cwd), ['link.db', 'rollback.db', 'wal.db']);
});

test.serial('--quick does not compare indexes with their tables; a full check does', async (t) => {
	const cwd = makeDirectory(t);
	makeBadIndex(join(cwd, 'index.db'), 'small');
	const quick = await runCli(t, ['verify', '--quick', 'index.db'], {cwd});
	const full = await runCli(t, ['verify', 'index.db'], {cwd});

	t.is(quick.exit, 0);
	t.regex(quick.stdout, /^ok: index\.db: .*, quick check in /);
	t.deepEqual([full.exit, full.stdout], [1, '']);
	const [complaint = '', ...others] = complaintsOf(full);
	t.regex(complaint, /^sqlite-hotcopy: ERR_BACKUP_VERIFY: index\.db is damaged.*integrity_check: .*index/);
	t.deepEqual(others, []);
});

interface Bad {
	readonly code: string;
	readonly says: string;
	readonly make: (t: ExecutionContext, path: string) => unknown;
}

const BAD: Readonly<Record<string, Bad>> = {
	'torn.db': {
		code: 'ERR_BACKUP_VERIFY',
		says: 'malformed. Use another copy',
		make: (_, path) => {
			makeTorn(path, 'small');
		},
	},
	'text.db': {
		code: 'ERR_BACKUP_VERIFY',
		says: 'file is not a database',
		make: (_, path) => {
			writeFileSync(path, 'no database'.repeat(100));
		},
	},
	'empty.db': {
		code: 'ERR_BACKUP_VERIFY',
		says: 'empty file',
		make: (_, path) => {
			writeFileSync(path, '');
		},
	},
	'none.db': {code: 'ERR_BACKUP_SOURCE', says: 'Check the path', make: () => undefined},
	'directory.db': {
		code: 'ERR_BACKUP_SOURCE',
		says: 'not a regular file',
		make: (_, path) => {
			mkdirSync(path);
		},
	},
	'wal.db': {
		code: 'ERR_BACKUP_SOURCE',
		says: 'copy --verify',
		make: async (t, path) => {
			makeTagged(path, 1);
			await leaveWal(t, path, 2);
		},
	},
	'journal.db': {
		code: 'ERR_BACKUP_SOURCE',
		says: 'copy --verify',
		make: async (t, path) => {
			makeTagged(path, 1);
			await leaveHotJournal(t, path);
		},
	},
	'used.db': {
		code: 'ERR_BACKUP_SOURCE',
		says: 'If others use it',
		make: async (t, path) => {
			makeTagged(path, 1, {wal: true});
			const holder = await openElsewhere(t, path);
			await holder.run('SELECT * FROM account');
		},
	},
};

test.serial(
	'each bad one is told of with what is wrong, is left as it is, and does not keep the others from being checked',
	async (t) => {
		const cwd = makeDirectory(t);
		makeTagged(join(cwd, 'sound.db'), 1);
		for (const [name, {make}] of Object.entries(BAD)) await make(t, join(cwd, name));
		const files = listDirectory(cwd);
		const left = ['wal.db', 'journal.db'].map((name) => fingerprint(join(cwd, name)));
		const names = [...Object.keys(BAD), 'sound.db'];
		const words = await runCli(t, ['verify', ...names], {cwd});
		const objects = await runCli(t, ['verify', '--json', ...names], {cwd});

		t.deepEqual([words.exit, objects.exit], [1, 1]);
		t.regex(words.stdout, /^ok: sound\.db: .*\n$/);
		const lines = complaintsOf(words);
		const records = recordsOf(objects);
		for (const [index, [name, {code, says}]] of Object.entries(BAD).entries()) {
			t.true(lines[index]?.startsWith(`sqlite-hotcopy: ${code}: ${name} `), lines[index]);
			t.true(lines[index]?.includes(says), lines[index]);
			t.like(records[index], {type: 'error', file: name, code});
		}

		t.is(lines.length, names.length - 1);
		t.like(records.at(-1), {type: 'result', file: 'sound.db', verified: 'full'});
		t.deepEqual(listDirectory(cwd), files);
		t.deepEqual(
			['wal.db', 'journal.db'].map((name) => fingerprint(join(cwd, name))),
			left,
		);
	},
);

test.serial('one in WAL mode that may only be read, and one that may not: what to do', async (t) => {
	const user = findUser();
	if (user === undefined) {
		t.log('NOT TESTED: no user whom permissions keep out.');
		t.pass();
		return;
	}

	const cwd = makeDirectory(t);
	makeTagged(join(cwd, 'wal.db'), 1, {wal: true});
	for (const name of ['rollback.db', 'closed.db']) makeTagged(join(cwd, name), 1);
	for (const name of ['wal.db', 'rollback.db', 'closed.db']) {
		user.give(join(cwd, name));
		chmodSync(join(cwd, name), name === 'closed.db' ? 0 : 0o444);
	}

	user.give(cwd);
	chmodSync(cwd, 0o555);
	t.teardown(() => {
		chmodSync(cwd, 0o700);
	});
	const result = await runCli(t, ['verify', 'rollback.db', 'wal.db', 'closed.db'], {cwd, ...user.ids});

	t.is(result.exit, 1);
	t.regex(result.stdout, /^ok: rollback\.db: .*\n$/);
	const [complaint = '', other = '', ...more] = complaintsOf(result);
	t.regex(complaint, /^sqlite-hotcopy: ERR_BACKUP_SOURCE: wal\.db could not be checked: .*--journal-mode delete\.$/);
	t.regex(other, /^sqlite-hotcopy: ERR_BACKUP_SOURCE: closed\.db could not be checked: .*Check its permissions/);
	t.deepEqual(more, []);
	t.deepEqual(listDirectory(cwd), ['closed.db', 'rollback.db', 'wal.db']);
});

test.serial('a name that ends in white space is refused: better-sqlite3 would check another file', async (t) => {
	const cwd = makeDirectory(t);
	makeTorn(join(cwd, 'copy.db'), 'small');
	renameSync(join(cwd, 'copy.db'), join(cwd, 'copy.db '));
	makeTagged(join(cwd, 'copy.db'), 1);
	symlinkSync('copy.db ', join(cwd, 'link.db'));
	const {exit, stdout, stderr} = await runCli(t, ['verify', 'copy.db ', 'link.db'], {cwd});

	t.is(exit, 1);
	t.is(stdout, '');
	t.is(stderr.match(/ERR_BACKUP_SOURCE.*white space/g)?.length, 2, stderr);
});
