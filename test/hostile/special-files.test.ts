import {lstatSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import type {ExistingMode} from '../../src/index.js';
import {backupApart, type ApartJob} from '../helpers/apart.js';
import {makeSound, SIZES} from '../helpers/broken.js';
import {healthOf, healthy} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {SPECIAL_FILES} from '../helpers/special-files.js';

interface Role {
	readonly name: string;
	readonly code: string;
	readonly job: (sound: string, special: string) => ApartJob;
}

const ROLES: readonly Role[] = [
	{
		name: 'source',
		code: 'ERR_BACKUP_SOURCE',
		job: (_, special) => ({source: special, target: `${special}.copy`}),
	},
	...(['replace', 'overwrite', 'fail'] as const).map((existing: ExistingMode) => ({
		name: `target, existing: '${existing}'`,
		code: existing === 'fail' ? 'ERR_BACKUP_TARGET_EXISTS' : 'ERR_BACKUP_TARGET',
		job: (sound: string, special: string) => ({source: sound, target: special, options: {existing}}),
	})),
];

for (const {name: role, code, job} of ROLES) {
	test.serial(`no regular file as the ${role}: refused, and the one worker does the next job`, async (t) => {
		const directory = makeDirectory(t);
		const sound = join(directory, 'sound.db');
		const next = join(directory, 'next.db');
		makeSound(sound, 'small');
		const special: [name: string, path: string][] = [];
		for (const [index, [name, make]] of Object.entries(SPECIAL_FILES).entries()) {
			const path = join(directory, `special-${String(index)}`);
			await make(path, t);
			special.push([name, path]);
		}

		const before = listDirectory(directory);
		const types = special.map(([, path]) => lstatSync(path).mode);

		const apart = backupApart(t, [...special.map(([, path]) => job(sound, path)), {source: sound, target: next}], {
			manager: {maxThreads: 1},
		});
		for (const [name] of special) {
			const outcome = await apart.next();
			t.like(outcome, {status: 'rejected'}, name);
			// A link that leads nowhere has no file that could be there already.
			const expected = name === 'a link to itself' && role !== 'source' ? 'ERR_BACKUP_TARGET' : code;
			t.is(outcome.code, expected, name);
		}

		t.like(await apart.next(), {status: 'fulfilled'});
		t.deepEqual(healthOf(next), healthy(SIZES.small));
		t.deepEqual(
			special.map(([, path]) => lstatSync(path).mode),
			types,
		);
		t.deepEqual(listDirectory(directory), [...before, 'next.db'].sort());
	});
}
