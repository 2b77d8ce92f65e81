import {statSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import type {BackupOptions, StrategyName} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {startAgent} from '../helpers/agent.js';
import {makeCrashed} from '../helpers/crashed.js';
import {fingerprint, healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';

/**
 * A process whose files may not be larger than so many bytes: to write beyond is an error that SQLite calls "disk I/O
 * error", as it calls a disk that fails, or a quota that is used up.
 */
const LIMIT = 400 * 1024;
const agent = await startAgent({limit: `-f ${String(LIMIT / 512)}`});
test.after.always(() => agent.stop());

/** Accounts in a database that is just small enough: a journal or a WAL of it is not. */
const FITS = 680;

interface SizeCase {
	readonly title: string;
	/** Accounts in the source, of some 550 bytes each. */
	readonly accounts: number;
	readonly old?: 'rollback' | 'wal' | 'crashed wal';
	/** Accounts in the old target. */
	readonly oldAccounts?: number;
	readonly options?: BackupOptions;
	/** Undefined where it was the system that refused, and not SQLite. */
	readonly sqliteCode: string | undefined;
}

const overwrite = {existing: 'overwrite'} as const;

/** What writes a copy beyond the limit: SQLite itself, also where it vacuums, as that then gives way to pages. */
const WRITERS: Readonly<Record<StrategyName, string | undefined>> = {
	pages: 'SQLITE_IOERR',
	serialize: undefined,
	clone: undefined,
	vacuum: 'SQLITE_IOERR',
};

const CASES: readonly SizeCase[] = [
	...STRATEGY_NAMES.flatMap((strategy): SizeCase[] => {
		const sqliteCode = WRITERS[strategy];
		return [
			{
				title: `a copy by ${strategy} that is too large`,
				accounts: 1000,
				old: 'rollback',
				options: {strategy},
				sqliteCode,
			},
			{
				title: `a new copy by ${strategy} that is too large`,
				accounts: 1000,
				options: {strategy, existing: 'fail'},
				sqliteCode,
			},
		];
	}),
	{title: 'a large copy in steps', accounts: 1000, options: {pages: 7}, old: 'wal', sqliteCode: 'SQLITE_IOERR'},
	{
		title: 'a copy larger than the cache',
		accounts: 32_000,
		options: {pages: 1000},
		old: 'rollback',
		sqliteCode: 'SQLITE_IOERR',
	},
	{
		title: 'the journal of a target in place',
		accounts: FITS,
		old: 'rollback',
		oldAccounts: 1000,
		options: overwrite,
		sqliteCode: 'SQLITE_IOERR',
	},
	{
		title: 'the WAL of a target in place',
		accounts: FITS,
		old: 'wal',
		options: overwrite,
		sqliteCode: 'SQLITE_IOERR',
	},
	{
		title: 'an old target that cannot take its own WAL',
		accounts: 200,
		old: 'crashed wal',
		oldAccounts: 1200,
		sqliteCode: 'SQLITE_IOERR_WRITE',
	},
];

for (const {title, accounts, old, oldAccounts = 100, options = {}, sqliteCode} of CASES) {
	test.serial(`a write error: ${title}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(makeDirectory(t), 'app.db');
		const target = join(directory, 'copy.db');
		makeAccounts(source, {accounts}).close();
		if (old === 'crashed wal') makeCrashed(target, 'wal', oldAccounts);
		else if (old !== undefined) makeAccounts(target, {accounts: oldAccounts, wal: old === 'wal'}).close();
		const before = {source: fingerprint(source), target: fingerprint(target), names: listDirectory(directory)};

		const answer = await agent.backup({source, target, options});

		t.like(answer, {code: 'ERR_BACKUP_TARGET', sqliteCode}, answer.message);
		t.regex(answer.message ?? '', /copy\.db cannot be written: .*(?:disk|quota|limit)/i);
		t.deepEqual(fingerprint(source), before.source);
		t.deepEqual(listDirectory(directory), before.names);
		// A WAL that is being checked in may have changed pages of the file; what the two hold together is the same.
		if (old !== 'crashed wal') t.deepEqual(fingerprint(target), before.target);
		if (old !== undefined) t.deepEqual(healthOf(target), healthy(oldAccounts));
	});
}

for (const strategy of STRATEGY_NAMES) {
	test.serial(`a copy by ${strategy} that is just small enough`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const target = join(directory, 'copy.db');
		makeAccounts(source, {accounts: FITS}).close();
		t.true(LIMIT - statSync(source).size < 4096);
		const {bytes, strategy: used} = await agent.backup({source, target, options: {strategy}});
		t.is(bytes, statSync(source).size);
		t.is(used, strategy);
		t.deepEqual(healthOf(target), healthy(FITS));
	});
}
