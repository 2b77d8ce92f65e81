import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {BackupError, type BackupManager, type BackupOptions} from '../../src/index.js';
import {fingerprint} from './database.js';
import {listDirectory} from './directory.js';
import type {SecondOpinion} from './second-opinion.js';
import type {SpecimenFile} from './specimens.js';

/** A place to try one broken source after the other, each with the target that the last one left. */
export interface Trial {
	readonly manager: BackupManager;
	readonly opinion: SecondOpinion;
	/** One trial at a time. */
	readonly directory: string;
	/** The target to begin with, each time, where SQLite is to write into it: what was published may be unfit for that. */
	readonly live?: Buffer;
}

export type Verdict = 'published' | 'refused';

/** It is the source that is at fault, and nothing else may be blamed. */
const CODES: ReadonlySet<string> = new Set(['ERR_BACKUP_SOURCE', 'ERR_BACKUP_VERIFY']);

/** Far beyond what a database of some KB takes: only a hang takes longer. */
const TIMEOUT = 60_000;

/**
 * Backs up a broken source with a full check. Either it is refused by name, and the target is what it was, or what is
 * published is whole in the eyes of another SQLite. The source keeps its bytes unless a hot journal was rolled back.
 *
 * @throws Error that says what was false
 */
export async function trySource(
	files: readonly SpecimenFile[],
	{manager, opinion, directory, live}: Trial,
	options: BackupOptions = {},
): Promise<Verdict> {
	const source = join(directory, 'source', 'app.db');
	const target = join(directory, 'target', 'copy.db');
	for (const path of [join(directory, 'source'), join(directory, 'target')]) mkdirSync(path, {recursive: true});
	for (const {suffix, bytes} of files) writeFileSync(source + suffix, bytes);
	if (live !== undefined) writeFileSync(target, live);
	const old = fingerprint(target);

	try {
		const verdict = await attempt(manager, source, target, options);
		if (verdict === 'refused') assertSame(old, fingerprint(target));
		else await assertWhole(target, opinion);
		const left = listDirectory(join(directory, 'target')).filter((name) => name !== 'copy.db');
		if (left.length > 0) throw new Error(`Left beside the target: ${left.join(', ')}`);
		if (!files.some(({suffix}) => suffix === '-journal')) assertUnchanged(source, files);
		return verdict;
	} finally {
		rmSync(join(directory, 'source'), {recursive: true});
	}
}

async function attempt(
	manager: BackupManager,
	source: string,
	target: string,
	options: BackupOptions,
): Promise<Verdict> {
	try {
		await manager.backup(source, target, {
			verify: 'full',
			sleep: 0.01,
			stallTimeout: 5000,
			timeout: TIMEOUT,
			...options,
		});
		return 'published';
	} catch (error) {
		if (error instanceof BackupError && CODES.has(error.code)) return 'refused';
		throw error;
	}
}

async function assertWhole(target: string, opinion: SecondOpinion): Promise<void> {
	const integrity = await opinion.integrityOf(target);
	if (integrity !== 'ok') throw new Error(`Published, and integrity_check says ${integrity}`);
}

function assertSame(before: object, after: object): void {
	if (JSON.stringify(before) !== JSON.stringify(after)) throw new Error('Refused, and the target has changed');
}

function assertUnchanged(source: string, files: readonly SpecimenFile[]): void {
	for (const {suffix, bytes} of files) {
		const now = existsSync(source + suffix) ? readFileSync(source + suffix) : undefined;
		// SQLite takes an empty sidecar away, which is none.
		if (now === undefined && suffix !== '' && bytes.length === 0) continue;
		if (now?.equals(bytes) !== true) throw new Error(`The source's "${suffix}" has changed`);
	}
}
