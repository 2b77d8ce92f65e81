import {mkdirSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {
	BackupError,
	BackupManager,
	SQLITE_DONE,
	SQLITE_OK,
	type BackupOptions,
	type ProgressStatus,
} from '../../src/index.js';
import {fingerprint, healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {holdChild} from '../helpers/held-child.js';
import {until} from '../helpers/until.js';

const manager = new BackupManager();
test.after.always(() => manager.close());

interface Event {
	readonly what: string;
	/** Where the old target is afterwards, from the parent directory; undefined if it went with its directory. */
	readonly old?: string;
	/** What happens to the directory of the target, which is called `there`. */
	happen(parent: string): void;
}

const EVENTS: readonly Event[] = [
	{
		what: 'is removed',
		happen(parent) {
			rmSync(join(parent, 'there'), {recursive: true});
		},
	},
	{
		what: 'is renamed',
		old: 'elsewhere/copy.db',
		happen(parent) {
			renameSync(join(parent, 'there'), join(parent, 'elsewhere'));
		},
	},
	{
		what: 'is replaced by an empty one',
		happen(parent) {
			rmSync(join(parent, 'there'), {recursive: true});
			mkdirSync(join(parent, 'there'));
		},
	},
	{
		what: 'loses the file in which the copy is made',
		old: 'there/copy.db',
		happen(parent) {
			const directory = join(parent, 'there');
			for (const name of readdirSync(directory).filter((file) => /^\.hotcopy-.*[\da-f]$/.test(file))) {
				rmSync(join(directory, name));
			}
		},
	},
];

interface VanishedCase {
	readonly event: Event;
	/** The report of the copy at which it happens: the first, or the one that the copy is complete. */
	readonly at: ProgressStatus;
	readonly wal: boolean;
	readonly options: BackupOptions;
}

const CASES: readonly VanishedCase[] = EVENTS.flatMap((event) =>
	([SQLITE_OK, SQLITE_DONE] as const).flatMap((at) =>
		[{}, {existing: 'overwrite'} as const, {verify: 'full', checksum: 'sha256'} as const].flatMap((options) =>
			[false, true].map((wal) => ({event, at, wal, options})),
		),
	),
);

for (const {event, at, wal, options} of CASES) {
	const when = at === SQLITE_DONE ? 'when the copy is complete' : 'in mid-copy';
	const title = `a directory that ${event.what} ${when}, with an old target${wal ? ' in WAL mode' : ''}`;
	test.serial(`${title}, ${JSON.stringify(options)}`, async (t) => {
		const parent = makeDirectory(t);
		const directory = join(parent, 'there');
		const source = join(parent, 'app.db');
		const target = join(directory, 'copy.db');
		mkdirSync(directory);
		makeAccounts(source, {accounts: 200}).close();
		makeAccounts(target, {wal}).close();
		const before = {source: fingerprint(source), target: hashOf(target)};
		let happened = false;

		const error = await t.throwsAsync(
			manager.backup(source, target, {
				...options,
				pages: 10,
				progress(status) {
					if (status !== at || happened) return;
					happened = true;
					event.happen(parent);
				},
			}),
			{instanceOf: BackupError},
		);

		t.true(happened);
		t.is(error.code, 'ERR_BACKUP_TARGET', error.message);
		t.regex(error.message, /copy\.db cannot be written: .*[Dd]irectory/);
		t.deepEqual(fingerprint(source), before.source);
		if (event.old !== undefined) {
			const old = join(parent, event.old);
			// By then a target that is to be replaced has been taken out of WAL mode, which changes its header.
			if (!wal || at === SQLITE_OK || options.existing === 'overwrite') t.is(hashOf(old), before.target);
			t.deepEqual(healthOf(old), healthy());
		}

		mkdirSync(directory, {recursive: true});
		await manager.backup(source, target, options);
		t.deepEqual(healthOf(target), healthy(200));
		t.deepEqual(listDirectory(directory), ['copy.db']);
	});
}

/** A child process that stands still in the middle of its work, with the file in which it makes the copy. */
const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

for (const strategy of ['clone', 'vacuum'] as const) {
	for (const event of EVENTS.filter(({what}) => /removed|renamed/.test(what))) {
		onLinux(`a directory that ${event.what} while a child is at work: by ${strategy}`, async (t) => {
			const parent = makeDirectory(t);
			const directory = join(parent, 'there');
			const source = join(parent, 'app.db');
			const target = join(directory, 'copy.db');
			mkdirSync(directory);
			makeAccounts(source, {accounts: 200}).close();
			makeAccounts(target).close();
			const before = {source: fingerprint(source), target: hashOf(target)};
			await using single = new BackupManager({maxThreads: 1});
			const {release} = await holdChild(t, single);

			const copying = single.backup(source, target, {strategy});
			await until(() => listDirectory(directory).length > 1);
			event.happen(parent);
			release();

			const error = await t.throwsAsync(copying, {instanceOf: BackupError});
			t.is(error.code, 'ERR_BACKUP_TARGET', error.message);
			t.regex(error.message, /copy\.db cannot be written: .*[Dd]irectory/);
			t.deepEqual(fingerprint(source), before.source);
			if (event.old !== undefined) t.is(hashOf(join(parent, event.old)), before.target);
			mkdirSync(directory, {recursive: true});
			t.is((await single.backup(source, target, {strategy})).strategy, strategy);
			t.deepEqual(healthOf(target), healthy(200));
			t.deepEqual(listDirectory(directory), ['copy.db']);
		});
	}
}

function hashOf(path: string): string | undefined {
	return fingerprint(path)[path];
}
