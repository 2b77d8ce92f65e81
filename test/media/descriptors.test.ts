import {existsSync, rmSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {BackupOptions, SnapshotOptions} from '../../src/index.js';
import {withSidecars} from '../../src/sidecars.js';
import {startAgent, type Agent, type AgentQuestion} from '../helpers/agent.js';
import {copyFiles} from '../helpers/crashed.js';
import {fingerprint, healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';

/** Enough for the process itself, and few enough to be used up in no time. */
const LIMIT = '-n 128';
/** So many backups in a row that work: then there are enough descriptors. */
const ENOUGH = 3;

interface DescriptorsCase {
	readonly title: string;
	readonly wal: boolean;
	readonly old?: 'rollback' | 'wal';
	readonly options?: BackupOptions;
	readonly fresh?: boolean;
	/** Bytes in each row of the source. */
	readonly filler?: number;
	/** What else may be at fault than the source and the target. */
	readonly orElse?: string;
	/** With how many different numbers of descriptors it fails at the least: at different points, not at one. */
	readonly points?: number;
	/** An empty sidecar that SQLite leaves beside a target that it could not open all of. */
	readonly leaves?: string;
}

const CASES: readonly DescriptorsCase[] = [
	{title: 'a target that is replaced', wal: false, old: 'rollback', options: {strategy: 'pages'}},
	// It has no two files open at a time.
	{
		title: 'a target that is replaced, by serialize',
		wal: false,
		old: 'rollback',
		options: {strategy: 'serialize'},
		points: 2,
	},
	{title: 'a target that is replaced, by clone', wal: true, old: 'rollback', options: {strategy: 'clone'}},
	// What it opens is opened by a process that was started while there were enough.
	{title: 'a target that is replaced, by vacuum', wal: true, old: 'rollback', options: {strategy: 'vacuum'}, points: 2},
	{title: 'a WAL target that is replaced', wal: true, old: 'wal'},
	{title: 'a target in place', wal: true, old: 'rollback', options: {existing: 'overwrite'}},
	{title: 'a WAL target in place', wal: false, old: 'wal', options: {existing: 'overwrite'}, leaves: '-wal'},
	{title: 'a new target', wal: true, options: {existing: 'fail', journalMode: 'delete', checksum: 'sha256'}},
	{
		title: 'a copy that is checked',
		wal: false,
		old: 'rollback',
		options: {strategy: 'pages', verify: 'full'},
		filler: 20_000,
	},
	{title: 'a thread that has to start', wal: false, old: 'rollback', fresh: true, orElse: 'ERR_BACKUP_WORKER'},
	{
		title: 'a thread and a process that have to start',
		wal: true,
		old: 'wal',
		options: {strategy: 'clone'},
		fresh: true,
		orElse: 'ERR_BACKUP_WORKER',
	},
];

for (const {title, wal, old, options = {}, fresh = false, filler = 500, orElse, points = 3, leaves} of CASES) {
	test.serial(`too few file descriptors: ${title}`, async (t) => {
		t.timeout(120_000);
		const directory = makeDirectory(t);
		const elsewhere = makeDirectory(t);
		const source = join(elsewhere, 'app.db');
		const target = join(directory, 'copy.db');
		const oldTarget = join(elsewhere, 'old.db');
		makeAccounts(source, {wal, accounts: 200, filler}).close();
		if (old !== undefined) makeAccounts(oldTarget, {wal: old === 'wal'}).close();
		const agent = await startAgent({limit: LIMIT});
		t.teardown(() => agent.stop());
		// The first one loads what the others then have at hand.
		t.like(await agent.backup({source, target, options, fresh}), {message: undefined});

		const codes = ['ERR_BACKUP_SOURCE', 'ERR_BACKUP_TARGET', orElse];
		let failed = 0;
		for (let descriptors = 0, inARow = 0; inARow < ENOUGH; descriptors++) {
			for (const file of withSidecars(target)) rmSync(file, {force: true});
			copyFiles(oldTarget, target);
			if (await tryWith(t, agent, {source, target, options, fresh, descriptors}, codes, leaves)) {
				inARow++;
			} else {
				inARow = 0;
				failed++;
			}
		}

		t.true(failed >= points, `it failed with ${String(failed)} numbers of descriptors`);
	});
}

for (const [title, options] of Object.entries({
	'a snapshot': {},
	'a snapshot that is checked': {verify: 'full'},
	'a snapshot by clone': {strategy: 'clone'},
} satisfies Record<string, SnapshotOptions>)) {
	test.serial(`too few file descriptors: ${title}`, async (t) => {
		t.timeout(120_000);
		const source = join(makeDirectory(t), 'app.db');
		makeAccounts(source, {wal: true, accounts: 200}).close();
		const agent = await startAgent({limit: LIMIT});
		t.teardown(() => agent.stop());
		const {bytes} = await agent.backup({source, options});

		let failed = 0;
		for (let descriptors = 0, inARow = 0; inARow < ENOUGH; descriptors++) {
			const answer = await agent.backup({source, options, descriptors});
			if (answer.message === undefined) {
				t.is(answer.bytes, bytes);
				inARow++;
				continue;
			}

			const what = `${String(descriptors)} descriptors: ${String(answer.code)}, ${answer.message}`;
			t.regex(answer.code ?? '', /^ERR_BACKUP_(?:SOURCE|TARGET)$/, what);
			t.regex(answer.message, /too many (?:open )?files|EMFILE/i, what);
			inARow = 0;
			failed++;
		}

		t.true(failed > 0);
	});
}

/** True if the backup worked. Otherwise it must have failed by name and changed nothing. */
async function tryWith(
	t: ExecutionContext,
	agent: Agent,
	question: AgentQuestion & {readonly target: string},
	codes: readonly (string | undefined)[],
	leaves: string | undefined,
): Promise<boolean> {
	const {target, descriptors} = question;
	const directory = dirname(target);
	const before = {files: fingerprint(target), names: listDirectory(directory)};
	const {code, message} = await agent.backup(question);
	if (message === undefined) {
		t.deepEqual(healthOf(target), healthy(200));
		t.deepEqual(listDirectory(directory), ['copy.db']);
		return true;
	}

	const what = `${String(descriptors)} descriptors: ${String(code)}, ${message}`;
	t.true(codes.includes(code), what);
	t.regex(message, /too many (?:open )?files|EMFILE/i, what);
	const left = `${target}${leaves ?? ''}`;
	if (leaves !== undefined && existsSync(left) && statSync(left).size === 0) rmSync(left);
	t.deepEqual({files: fingerprint(target), names: listDirectory(directory)}, before, what);
	return false;
}
