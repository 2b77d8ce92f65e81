import {stat} from 'node:fs/promises';
import {Option, type Command} from 'commander';
import {addBackupFlags, toBackupOptions, type BackupFlags} from '../arguments/copy-flags.ts';
import {addOutputFlags, type OutputFlags} from '../arguments/output-flags.ts';
import {threadCount} from '../arguments/values.ts';
import {copyAll} from '../fleet/copy-all.ts';
import {findDatabases} from '../fleet/find-databases.ts';
import {planCopies} from '../fleet/plan.ts';
import {UsageError} from '../errors/usage-error.ts';
import {addCommand} from '../help.ts';
import {BACKUP_DEFAULTS} from '../../options.ts';
import type {Perform} from '../session.ts';

interface Flags extends BackupFlags, OutputFlags {
	readonly out: string;
	readonly jobs: number;
}

const JOBS = 4;

export function addCopyAllCommand(program: Command, perform: Perform): void {
	const command = addCommand(program, 'copy-all', {
		summary: 'copy many live databases',
		description:
			'Copies every database that a pattern matches, several at a time. Below the part of the pattern that has no ' +
			'wildcard, the tree is kept, and its directories are made. One failure does not stop the rest.',
		examples: [
			["copy-all 'tenants/*.db' --out backups", 'tenants/a.db becomes backups/a.db'],
			["copy-all 'tenants/**/*.db' --out backups --jobs 8", 'tenants/eu/b.db becomes backups/eu/b.db'],
			['copy-all app.db queue.db --out backups', 'files by their names, which may have brackets in them'],
			["copy-all 'live/*.{db,sqlite}' --out backups --json", 'for a script'],
			["copy-all '**/*.db' --out backups --checksum --quiet > SHA256SUMS", 'for sha256sum --check'],
		],
	})
		.argument('<pattern...>', 'globs, in quotes so that the shell leaves them as they are, or files')
		.requiredOption('--out <directory>', 'where the copies go; made if it is not there')
		.addOption(new Option('--jobs <count>', 'copies at a time').argParser(threadCount).default(JOBS));
	addBackupFlags(command);
	addOutputFlags(command).action(async (patterns: readonly string[], flags: Flags) => {
		await perform(flags, async (session) => {
			const {out, jobs, existing = BACKUP_DEFAULTS.existing} = flags;
			// The library refuses it for each copy by itself.
			if (flags.checksum === true && existing === 'overwrite') {
				throw new UsageError(
					"--checksum is not for targets that are overwritten in place: such a file is not the copy's, byte for byte. " +
						'Use --verify, or --existing replace.',
				);
			}

			await assertDirectory(out);
			const {matches, unreadable} = await findDatabases(patterns, out, session.signal);
			const copies = await planCopies(matches, out, existing);
			session.signal.throwIfAborted();
			session.output.record({type: 'found', databases: copies.length});
			return await copyAll({copies, unreadable, out, jobs, options: toBackupOptions(flags)}, session);
		});
	});
}

/** One that is not there is made. */
async function assertDirectory(out: string): Promise<void> {
	if (out === '') throw new UsageError('--out is empty. Say a directory for the copies.');
	const stats = await stat(out).catch(() => undefined);
	if (stats?.isDirectory() === false) throw new UsageError(`--out ${out} is no directory. Say one, or another name.`);
}
