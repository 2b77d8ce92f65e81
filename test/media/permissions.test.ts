import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {BackupOptions, StrategyName} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {withSidecars} from '../../src/sidecars.js';
import {startAgent} from '../helpers/agent.js';
import {makeCrashed} from '../helpers/crashed.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {findUser, type User} from '../helpers/user.js';

const user = findUser();
const agent = user === undefined ? undefined : await startAgent({user});
test.after.always(() => agent?.stop());

const NEW = 200;
const OLD = 100;

/** Directories and files of a test, all of which belong to the user. */
interface Scene {
	readonly from: string;
	readonly source: string;
	readonly to: string;
	readonly target: string;
}

interface PermissionCase {
	readonly title: string;
	/** `live`: in WAL mode, and this process has it open. */
	readonly source?: 'rollback' | 'wal' | 'live' | 'crashed wal' | 'hot journal';
	readonly old?: 'rollback' | 'wal';
	readonly options?: BackupOptions;
	/** Permission bits of the directory and the files of the source, and of the target. */
	readonly modes: Partial<Record<keyof Scene | 'source-wal' | 'source-shm', number>>;
	/** Undefined: it works. */
	readonly fails?: {readonly code: string; readonly sqliteCode?: string; readonly advice: RegExp};
	/** SQLite gets as far as to roll the source back. */
	readonly rollsBack?: boolean;
	/** Permission bits of the copy. */
	readonly copyMode?: number;
	/** The strategy that gives way to pages here. */
	readonly givesWay?: StrategyName;
}

const source = {code: 'ERR_BACKUP_SOURCE', advice: /app\.db cannot be read: .*[Pp]ermissions/};
const beside = {code: 'ERR_BACKUP_SOURCE', advice: /app\.db cannot be read: .*SQLite must be able to write beside it/};
const target = {code: 'ERR_BACKUP_TARGET', advice: /[Pp]ermissions/};
const overwrite = {existing: 'overwrite'} as const;

const CASES: readonly PermissionCase[] = [
	// What a backup can do without: any right to write to the source, or beside it.
	{title: 'a read-only source', modes: {source: 0o444}, copyMode: 0o444},
	{title: 'a read-only source, checked', modes: {source: 0o444}, options: {verify: 'full', checksum: 'sha256'}},
	{title: 'a source in a read-only directory', modes: {from: 0o555}, copyMode: 0o644},
	{title: 'a read-only source in a read-only directory', modes: {from: 0o555, source: 0o400}, copyMode: 0o400},
	{title: 'a read-only source in WAL mode', source: 'wal', modes: {source: 0o444}, copyMode: 0o444},
	{
		title: 'a read-only source in WAL mode, taken out of it',
		source: 'wal',
		options: {journalMode: 'delete'},
		modes: {source: 0o444},
		copyMode: 0o444,
	},
	{
		title: 'a read-only source in WAL mode, for a target in place',
		source: 'wal',
		old: 'rollback',
		options: overwrite,
		modes: {source: 0o444},
		copyMode: 0o644,
	},
	{title: 'a WAL without its -shm', source: 'crashed wal', modes: {}},
	{
		title: "somebody's live database in WAL mode, all of it read-only",
		source: 'live',
		modes: {from: 0o555, source: 0o444, 'source-wal': 0o444, 'source-shm': 0o444},
		// SQLite trusts no index of the WAL that it cannot build anew.
		givesWay: 'clone',
	},
	{title: 'a copy that is to be read-only', options: {mode: 0o444}, modes: {}, copyMode: 0o444},
	{title: 'a read-only old target', old: 'rollback', modes: {target: 0o444}, copyMode: 0o444},
	{title: 'a read-only old target in WAL mode', old: 'wal', modes: {target: 0o444}, copyMode: 0o444},

	{title: 'an unreadable source', modes: {source: 0o000}, fails: {...source, sqliteCode: 'SQLITE_CANTOPEN'}},
	{title: 'a source directory that cannot be searched', modes: {from: 0o666}, fails: source},
	{
		title: 'a database in WAL mode in a read-only directory',
		source: 'wal',
		modes: {from: 0o555},
		fails: {...beside, sqliteCode: 'SQLITE_READONLY_DIRECTORY'},
	},
	{
		title: 'a WAL without its -shm in a read-only directory',
		source: 'crashed wal',
		modes: {from: 0o555},
		fails: {...beside, sqliteCode: 'SQLITE_CANTOPEN'},
	},
	{
		title: 'an unreadable WAL',
		source: 'crashed wal',
		modes: {'source-wal': 0o000},
		fails: {...source, sqliteCode: 'SQLITE_CANTOPEN'},
	},
	{
		title: 'an unreadable -shm',
		source: 'live',
		modes: {'source-shm': 0o000},
		fails: {...source, sqliteCode: 'SQLITE_CANTOPEN'},
	},
	{
		title: 'a hot journal in a read-only directory',
		source: 'hot journal',
		modes: {from: 0o555},
		fails: {...beside, sqliteCode: 'SQLITE_IOERR_DELETE'},
		rollsBack: true,
	},
	{
		title: 'a hot journal beside a read-only source',
		source: 'hot journal',
		modes: {source: 0o444},
		fails: {...beside, sqliteCode: 'SQLITE_READONLY_ROLLBACK'},
	},
	{title: 'a read-only target directory', modes: {to: 0o555}, fails: target},
	{title: 'a read-only target directory with an old target', old: 'wal', modes: {to: 0o555}, fails: target},
	{
		title: 'a target in place in a read-only directory',
		old: 'wal',
		options: overwrite,
		modes: {to: 0o555},
		fails: target,
	},
	{title: 'a target directory that cannot be searched', modes: {to: 0o666}, fails: target},
	{title: 'a target directory that cannot be listed', modes: {to: 0o333}, fails: target},
	{
		title: 'an old target that nobody may read',
		old: 'rollback',
		modes: {target: 0o000},
		fails: {...target, sqliteCode: 'SQLITE_CANTOPEN'},
	},
	{
		title: 'a read-only target in place',
		old: 'rollback',
		options: overwrite,
		modes: {target: 0o444},
		fails: target,
	},
	{
		title: 'a read-only target in place, in WAL mode',
		old: 'wal',
		options: overwrite,
		modes: {target: 0o444},
		fails: target,
	},
];

for (const strategy of STRATEGY_NAMES) {
	for (const {title, modes, fails, copyMode, rollsBack = false, givesWay, ...given} of CASES) {
		test.serial(`${title}, by ${strategy}`, async (t) => {
			if (user === undefined || agent === undefined) {
				t.log('NOT TESTED: there is no user here whom permissions keep out.');
				t.pass();
				return;
			}

			const scene = setUp(t, user, given);
			const question = {...scene, options: {...given.options, strategy}};
			const before = snapshot(scene);
			const hashBefore = hashOf(scene.source);
			for (const [name, mode] of Object.entries(modes)) chmodSync(pathOf(scene, name), mode);

			const answer = await agent.backup(question);

			if (fails === undefined) {
				t.is(answer.message, undefined);
				t.is(answer.strategy, strategy === givesWay ? 'pages' : strategy);
				t.is(hashOf(scene.source), hashBefore);
			} else {
				t.is(answer.code, fails.code, answer.message);
				if (fails.sqliteCode !== undefined) t.is(answer.sqliteCode, fails.sqliteCode);
				t.regex(answer.message ?? '', fails.advice);
				allowAll(scene);
				if (!rollsBack) t.deepEqual(snapshot(scene), before);
				t.deepEqual(listDirectory(scene.to), given.old === undefined ? [] : ['copy.db']);
				t.is((await agent.backup(question)).message, undefined);
			}

			if (copyMode !== undefined) t.is(statSync(scene.target).mode & 0o777, copyMode);
			// Before a look into it: of a read-only copy in WAL mode that look would leave sidecars.
			t.deepEqual(listDirectory(scene.to), ['copy.db']);
			t.deepEqual(healthOf(scene.target), healthy(NEW));
		});
	}
}

function setUp(t: ExecutionContext, {give}: User, {source: kind = 'rollback', old}: Partial<PermissionCase>): Scene {
	const directory = makeDirectory(t);
	const scene = {
		from: join(directory, 'from'),
		source: join(directory, 'from', 'app.db'),
		to: join(directory, 'to'),
		target: join(directory, 'to', 'copy.db'),
	};
	// Whoever removes it must be able to.
	t.teardown(() => {
		allowAll(scene);
	});
	chmodSync(directory, 0o755);
	mkdirSync(scene.from);
	mkdirSync(scene.to);
	if (kind === 'crashed wal') makeCrashed(scene.source, 'wal', NEW);
	else if (kind === 'hot journal') makeCrashed(scene.source, 'journal', NEW);
	else {
		const database = makeAccounts(scene.source, {accounts: NEW, wal: kind !== 'rollback'});
		if (kind === 'live') t.teardown(() => database.close());
		else database.close();
	}

	if (old !== undefined) makeAccounts(scene.target, {accounts: OLD, wal: old === 'wal'}).close();
	for (const path of Object.values(scene)) give(path);
	return scene;
}

function pathOf(scene: Scene, name: string): string {
	const suffix = /-(?:wal|shm)$/.exec(name)?.[0] ?? '';
	return scene[name.slice(0, name.length - suffix.length) as keyof Scene] + suffix;
}

function allowAll({from, source: file, to, target: copy}: Scene): void {
	chmodSync(from, 0o755);
	chmodSync(to, 0o755);
	for (const path of [...withSidecars(file), ...withSidecars(copy)].filter((name) => existsSync(name))) {
		chmodSync(path, 0o644);
	}
}

/** The names in both directories, and what is in the main files. */
function snapshot({from, source: file, to, target: copy}: Scene): unknown {
	const files = [file, copy].filter((path) => existsSync(path));
	return [readdirSync(from).sort(), readdirSync(to).sort(), hashOf(...files)];
}

/** In a process of its own: here, closing a file that SQLite has open would drop its locks. */
function hashOf(...paths: string[]): string {
	return execFileSync('sha256sum', paths, {encoding: 'utf8'});
}
