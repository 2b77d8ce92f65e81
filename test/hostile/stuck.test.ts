import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {backupApart} from '../helpers/apart.js';
import type {BackupOptions} from '../../src/index.js';
import {makeEndless, makeSound, SIZES} from '../helpers/broken.js';
import {healthOf, healthy} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {findBusyChecks, until} from '../helpers/processes.js';
import {SPECIAL_FILES} from '../helpers/special-files.js';

/** Ends the promise where the worker never would: it is the next job that shows whether the worker is free. */
const TIMEOUT = 5000;

interface Scene {
	readonly source: string;
	readonly target: string;
}

interface Trap {
	readonly options?: BackupOptions;
	readonly set: (t: ExecutionContext, scene: Scene) => void | Promise<void>;
	/** What happens while the job runs in the process of that id. */
	readonly act?: (pid: number) => Promise<void>;
	/** What the job fails with. */
	readonly code: string;
}

const TRAPS: Readonly<Record<string, Trap>> = {
	'a FIFO as the journal of the source': {
		set: blockJournal('source'),
		code: 'ERR_BACKUP_SOURCE',
	},
	'a FIFO as the journal of the target': {
		set: blockJournal('target'),
		code: 'ERR_BACKUP_TARGET',
	},
	'a FIFO as the journal of a live target': {
		options: {existing: 'overwrite'},
		set: blockJournal('target'),
		code: 'ERR_BACKUP_TARGET',
	},
	'a small database whose check never ends': {
		options: {verify: 'quick'},
		set: (_, {source}) => {
			makeEndless(source, 'small');
		},
		code: 'ERR_BACKUP_TIMEOUT',
	},
	'a database that crashes the process that checks it': {
		options: {verify: 'quick'},
		set: (_, {source}) => {
			makeEndless(source, 'large');
		},
		act: async (parent) => {
			await until('a child checks', () => findBusyChecks(parent).length === 1);
			for (const pid of findBusyChecks(parent)) process.kill(pid, 'SIGSEGV');
		},
		code: 'ERR_BACKUP_VERIFY',
	},
};

for (const [name, {set, options, act, code}] of Object.entries(TRAPS)) {
	test.serial(`${name}: refused, and the one worker does the next job`, async (t) => {
		const directory = makeDirectory(t);
		const scene = {source: join(directory, 'app.db'), target: join(directory, 'copy.db')};
		const sound = join(directory, 'sound.db');
		const next = join(directory, 'next.db');
		for (const path of [sound, scene.target]) makeSound(path, 'small');
		await set(t, scene);
		const before = listDirectory(directory);

		const apart = backupApart(
			t,
			[
				{source: scene.source, target: scene.target, options: {timeout: TIMEOUT, ...options}},
				{source: sound, target: next},
			],
			{manager: {maxThreads: 1}},
		);
		await act?.(apart.pid);
		const trapped = await apart.next();

		t.like(await apart.next(), {status: 'fulfilled'});
		t.deepEqual(healthOf(next), healthy(SIZES.small));
		t.is(trapped.code, code);
		t.deepEqual(listDirectory(directory), [...before, 'next.db'].sort());
	});
}

/** SQLite opens a journal to see whether it is hot, for reading only, and that waits for somebody to write to it. */
function blockJournal(side: 'source' | 'target'): Trap['set'] {
	return async (t, scene) => {
		makeSound(scene.source, 'small');
		await SPECIAL_FILES['a FIFO']?.(`${scene[side]}-journal`, t);
	};
}
