import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import type {BackupOptions} from '../../src/index.js';
import {makeAccounts} from '../helpers/database.js';
import {makeDirectory} from '../helpers/directory.js';
import {hasStrace, traceBackup, type SystemCall} from '../helpers/strace.js';

interface Case extends BackupOptions {
	readonly wal: boolean;
	readonly targetExists: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
	'a new target': {wal: true, targetExists: false},
	'a replaced target': {wal: false, targetExists: true, checksum: 'sha256', verify: 'full'},
	'a replaced target, in steps': {wal: true, targetExists: true, pages: 20},
	'an overwritten target': {wal: true, targetExists: true, existing: 'overwrite', verify: 'quick'},
	'an overwritten target in rollback mode': {wal: false, targetExists: true, existing: 'overwrite'},
	'a target that must not exist': {wal: true, targetExists: false, existing: 'fail', checksum: 'sha256'},
	'a target by pages': {wal: false, targetExists: true, strategy: 'pages'},
	'a target by clone': {wal: false, targetExists: true, strategy: 'clone'},
	'a target by clone, in WAL mode': {wal: true, targetExists: true, strategy: 'clone', verify: 'full'},
	'a target by vacuum': {wal: true, targetExists: true, strategy: 'vacuum'},
};

/** The calls that open a file, and whether it was SQLite, which alone asks never to follow a link. */
function opensOf(calls: readonly SystemCall[], path: string): {sqlite: boolean; text: string}[] {
	return calls
		.filter(({name, text}) => name === 'openat' && text.includes(`"${path}"`))
		.map(({text}) => ({sqlite: text.includes('O_NOFOLLOW'), text}));
}

for (const [name, {wal, targetExists, ...options}] of Object.entries(CASES)) {
	test.serial(`only SQLite opens the databases, and the main thread no file: ${name}`, async (t) => {
		if (!hasStrace()) {
			t.log('strace cannot be used here');
			t.pass();
			return;
		}

		const directory = makeDirectory(t);
		const source = join(directory, 'app.db');
		const target = join(directory, 'backups', 'app.db');
		mkdirSync(join(directory, 'backups'));
		makeAccounts(source, {wal, accounts: 1000}).close();
		if (targetExists) makeAccounts(target, {wal}).close();

		// Another process may do what this one must not.
		const calls = await traceBackup(t, {source, target, options}, {children: false});

		const opens = [...opensOf(calls, source), ...opensOf(calls, target)];
		t.true(opens.some(({sqlite}) => sqlite));
		t.deepEqual(
			opens.filter(({sqlite}) => !sqlite),
			[],
		);
		// The promise's thread looks files up by name; what it opens, reads, writes or flushes would be named here.
		t.deepEqual(
			calls.filter(({main, text}) => main && text.includes(directory)),
			[],
		);
		t.true(calls.some(({main, name: call, text}) => !main && call === 'fsync' && text.includes(directory)));
	});
}

for (const wal of [false, true]) {
	test.serial(
		`a snapshot opens no file but the database, and the main thread none: ${wal ? 'WAL' : 'rollback'}`,
		async (t) => {
			if (!hasStrace()) {
				t.log('strace cannot be used here');
				t.pass();
				return;
			}

			const directory = makeDirectory(t);
			const source = join(directory, 'app.db');
			makeAccounts(source, {wal, accounts: 1000}).close();

			const calls = await traceBackup(t, {source, target: '', snapshot: true}, {children: false});

			const opens = opensOf(calls, source);
			t.true(opens.length > 0 && opens.every(({sqlite}) => sqlite));
			t.deepEqual(
				calls.filter(({main, text}) => main && text.includes(directory)),
				[],
			);
			// From memory to memory: nothing is staged anywhere.
			t.deepEqual(
				calls.filter(({name, text}) => name === 'openat' && text.includes('/.hotcopy-')),
				[],
			);
		},
	);
}
