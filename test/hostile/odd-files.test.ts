import {randomBytes} from 'node:crypto';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {BackupError, BackupManager, type BackupOptions} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {soundBytes} from '../helpers/broken.js';
import {trySource, type Verdict} from '../helpers/hostile-source.js';
import {listDirectory} from '../helpers/directory.js';
import {makeMemoryDirectory} from '../helpers/memory-directory.js';
import {askPython} from '../helpers/second-opinion.js';

const manager = new BackupManager({maxThreads: 2});
test.after.always(async () => {
	await manager.close();
});

type Edit = (sound: Buffer) => Buffer;

const edit =
	(change: (bytes: Buffer) => void): Edit =>
	(sound) => {
		const bytes = Buffer.from(sound);
		change(bytes);
		return bytes;
	};

interface OddFile {
	readonly make: Edit;
	readonly verdict: Verdict;
	/** What becomes of a copy by VACUUM, where that makes anew what is wrong. */
	readonly vacuumed?: Verdict;
}

/** https://sqlite.org/fileformat2.html#the_database_header */
const FILES: Readonly<Record<string, OddFile>> = {
	'an empty file': {make: () => Buffer.alloc(0), verdict: 'published'},
	'a text': {make: () => Buffer.from('Dear database,\n'.repeat(3000)), verdict: 'refused'},
	'a text that begins as a database does': {make: () => Buffer.from('SQLite format 3 is a format'), verdict: 'refused'},
	'an encrypted database': {make: (sound) => randomBytes(sound.length), verdict: 'refused'},
	'a database with an encrypted body': {
		make: (sound) => Buffer.concat([sound.subarray(0, 100), randomBytes(sound.length - 100)]),
		verdict: 'refused',
	},
	zeros: {make: (sound) => Buffer.alloc(sound.length), verdict: 'refused'},
	'a header and zeros': {
		make: (sound) => Buffer.concat([sound.subarray(0, 100), Buffer.alloc(sound.length - 100)]),
		verdict: 'refused',
	},
	'a huge page count': {make: edit((bytes) => bytes.writeUInt32BE(0xffff_fffe, 28)), verdict: 'refused'},
	'a page count of a few more': {
		make: edit((bytes) => bytes.writeUInt32BE(bytes.readUInt32BE(28) + 3, 28)),
		verdict: 'refused',
	},
	'a page count of one less': {
		make: edit((bytes) => bytes.writeUInt32BE(bytes.readUInt32BE(28) - 1, 28)),
		verdict: 'refused',
	},
	'a page size of 3': {make: edit((bytes) => bytes.writeUInt16BE(3, 16)), verdict: 'refused'},
	'a page size of half': {make: edit((bytes) => bytes.writeUInt16BE(2048, 16)), verdict: 'refused'},
	'a page size of 65536': {make: edit((bytes) => bytes.writeUInt16BE(1, 16)), verdict: 'refused'},
	'pages that are reserved in part': {
		make: edit((bytes) => bytes.writeUInt8(255, 20)),
		verdict: 'refused',
		// The rows are short enough to be found all the same.
		vacuumed: 'published',
	},
	'a format from the future': {make: edit((bytes) => bytes.fill(9, 18, 20)), verdict: 'refused'},
	// It may be read, and not be written to.
	'a write version from the future': {make: edit((bytes) => bytes.writeUInt8(9, 18)), verdict: 'published'},
	'a schema format from the future': {make: edit((bytes) => bytes.writeUInt32BE(9, 44)), verdict: 'refused'},
	'a freelist that leads to itself': {
		make: edit((bytes) => {
			bytes.writeUInt32BE(2, 32);
			bytes.writeUInt32BE(1_000_000, 36);
		}),
		verdict: 'refused',
		vacuumed: 'published',
	},
	'bytes after its end': {make: (sound) => Buffer.concat([sound, randomBytes(777)]), verdict: 'published'},
};

/** The ways to copy, and what comes after: a rename, a change of the journal mode, and a transaction in the target. */
const WAYS: readonly BackupOptions[] = [
	...STRATEGY_NAMES.map((strategy) => ({strategy})),
	{journalMode: 'delete'},
	{existing: 'overwrite'},
];

for (const [name, {make, verdict, vacuumed = verdict}] of Object.entries(FILES)) {
	test.serial(`${name}: ${verdict}`, async (t) => {
		const directory = makeMemoryDirectory(t);
		const live = soundBytes(directory);
		const trial = {manager, opinion: askPython(t), directory: join(directory, 'trial'), live};
		const files = [{suffix: '' as const, bytes: make(live)}];
		for (const options of WAYS) {
			const expected = options.strategy === 'vacuum' ? vacuumed : verdict;
			t.is(await trySource(files, trial, options), expected, JSON.stringify(options));
		}
	});
}

test.serial('a file of 1 to 600 bytes', async (t) => {
	const directory = makeMemoryDirectory(t);
	const trial = {manager, opinion: askPython(t), directory: join(directory, 'trial')};
	const sound = soundBytes(directory);
	for (let length = 1; length <= 600; length++) {
		// SQLite itself makes files of one byte, and takes them for empty.
		const verdict = length === 1 ? 'published' : 'refused';
		const bytes = length % 2 === 0 ? randomBytes(length) : sound.subarray(0, length);
		// One after the other: each meets a file without a whole page, and one without a whole header.
		const strategy = STRATEGY_NAMES[length % STRATEGY_NAMES.length];
		t.is(await trySource([{suffix: '', bytes}], trial, {strategy}), verdict, `${String(length)} bytes`);
	}
});

/** A database in memory is copied from the bytes that its handle gives, which may be anything. */
for (const [name, {make, verdict}] of Object.entries(FILES)) {
	test.serial(`a handle of ${name}`, async (t) => {
		const directory = makeMemoryDirectory(t);
		const target = join(directory, 'copy.db');
		const bytes = make(soundBytes(directory));
		using handle = open(bytes);
		const opinion = askPython(t);
		for (const strategy of STRATEGY_NAMES) {
			try {
				await manager.backup(handle.database, target, {strategy, verify: 'full'});
				t.is(await opinion.integrityOf(target), 'ok');
				rmSync(target);
			} catch (error) {
				t.true(error instanceof BackupError, String(error));
				t.regex((error as BackupError).code, /^ERR_BACKUP_(?:SOURCE|VERIFY)$/);
				t.is(verdict, 'refused');
				t.deepEqual(listDirectory(directory), ['sound.db']);
			}
		}
	});
}

function open(bytes: Buffer): Disposable & {readonly database: Database.Database} {
	const database = new Database(bytes);
	return {database, [Symbol.dispose]: () => database.close()};
}
