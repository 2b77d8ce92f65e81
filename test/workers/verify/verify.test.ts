import {join} from 'node:path';
import test from 'ava';
import {BackupError, BackupManager, type VerifyOption} from '../../../src/index.js';
import {STRATEGY_NAMES} from '../../../src/options.js';
import {makeBadIndex, makeSound, makeTorn, type Size} from '../../helpers/broken.js';
import {fingerprint} from '../../helpers/database.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {askPython} from '../../helpers/second-opinion.js';

interface Case {
	readonly source: keyof typeof SOURCES;
	readonly verify: VerifyOption;
	/** What the error must say; undefined where the copy is published. */
	readonly says?: string;
}

const manager = new BackupManager({maxThreads: 2});
test.after.always(async () => {
	await manager.close();
});

const SOURCES = {sound: makeSound, torn: makeTorn, badIndex: makeBadIndex};

const CASES: readonly Case[] = [
	{source: 'sound', verify: 'quick'},
	{source: 'sound', verify: 'full'},
	{source: 'torn', verify: 'quick', says: 'quick_check'},
	{source: 'torn', verify: 'full', says: 'integrity_check'},
	{source: 'torn', verify: false},
	{source: 'badIndex', verify: 'quick'},
	{source: 'badIndex', verify: 'full', says: 'missing from index account_index'},
];

const SIZES: readonly Size[] = ['small', 'large'];

for (const size of SIZES) {
	for (const {source: kind, verify, says} of CASES) {
		const verdict = says === undefined ? 'published' : 'refused';
		test.serial(`${size} ${kind} database, verify: ${String(verify)}: ${verdict}`, async (t) => {
			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			const target = join(directory, 'copy.db');
			SOURCES[kind](source, size);
			makeSound(target, 'small');
			const old = fingerprint(target);
			const original = fingerprint(source);

			const backup = manager.backup(source, target, {verify});
			if (says === undefined) {
				const {verified} = await backup;
				t.is(verified, verify);
				t.notDeepEqual(fingerprint(target), old);
				const integrity = await askPython(t).integrityOf(target);
				t.is(integrity === 'ok', kind === 'sound', integrity);
			} else {
				const error = await t.throwsAsync(backup, {instanceOf: BackupError, code: 'ERR_BACKUP_VERIFY'});
				t.true(error.message.includes(says), error.message);
				t.is(typeof error.jobId, 'string');
				t.deepEqual(fingerprint(target), old);
			}

			t.deepEqual(fingerprint(source), original);
			t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
		});
	}
}

for (const strategy of STRATEGY_NAMES) {
	test.serial(`a torn database is not published: by ${strategy}`, async (t) => {
		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		makeTorn(source, 'small');

		const backup = manager.backup(source, join(directory, 'copy.db'), {strategy, verify: 'quick'});

		await t.throwsAsync(backup, {instanceOf: BackupError, code: 'ERR_BACKUP_VERIFY'});
		t.deepEqual(listDirectory(directory), ['app.db']);
	});
}

test.serial('a database that is overwritten in place is not touched by a copy that does not pass', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'copy.db');
	makeTorn(source, 'large');
	makeSound(target, 'small');
	const old = fingerprint(target);

	await t.throwsAsync(manager.backup(source, target, {verify: 'quick', existing: 'overwrite'}), {
		code: 'ERR_BACKUP_VERIFY',
	});

	t.deepEqual(fingerprint(target), old);
	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
});
