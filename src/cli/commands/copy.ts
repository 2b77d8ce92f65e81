import {statSync} from 'node:fs';
import {basename, join, sep} from 'node:path';
import {Option, type Command} from 'commander';
import {addBackupFlags, toBackupOptions, type BackupFlags} from '../arguments/copy-flags.ts';
import {addOutputFlags, type OutputFlags} from '../arguments/output-flags.ts';
import {attachment} from '../arguments/values.ts';
import {addCommand} from '../help.ts';
import {runJob} from '../job/run-job.ts';
import type {Perform} from '../session.ts';

interface Flags extends BackupFlags, OutputFlags {
	readonly name?: string;
	readonly attach?: Readonly<Record<string, string>>;
}

export function addCopyCommand(program: Command, perform: Perform): void {
	const command = addCommand(program, 'copy', {
		summary: 'copy one live database',
		description: `Copies a database while it is in use. The target is what it was until the whole copy is on the disk.`,
		examples: [
			['copy app.db backups/app.db', 'a copy, replacing an older one'],
			['copy app.db backups/', 'the same, under the name of the source'],
			['copy app.db copy.db --verify --checksum', 'checked before it is put in place, with its SHA-256'],
			['copy app.db copy.db --max-rate 20MB', 'slowly, to spare the disk'],
			['copy app.db copy.db --existing fail --timeout 5m', 'never over another file, and not for longer'],
			['copy app.db live.db --existing overwrite', 'into a database that others have open'],
			['copy app.db cd.db --journal-mode delete --mode 444', 'for media that are only read'],
			['copy app.db old.db --attach old=archive.db --name old', 'a database that app.db is used with'],
		],
	})
		.argument('<source>', 'a database file')
		.argument('<target>', 'where the copy goes: a file, or a directory that exists');
	command
		.optionsGroup('The source:')
		.addOption(new Option('--name <database>', 'which database: main, or one that --attach names'))
		.addOption(new Option('--attach <name=path>', 'a database beside the source, for --name').argParser(attachment));
	addBackupFlags(command);
	addOutputFlags(command).action(async (source: string, target: string, flags: Flags) => {
		await perform(flags, async (session) => {
			const {name, attach} = flags;
			const path = intoDirectory(target, attachedAs(name, attach) ?? source);
			return await runJob(session, async (manager) => {
				return await manager.backup(source, path, {...toBackupOptions(flags), name, attach, signal: session.signal});
			});
		});
	});
}

/** SQLite ignores case in such names, and an object knows some that nobody gave it. */
function attachedAs(name: string | undefined, attach: Flags['attach'] = {}): string | undefined {
	return Object.entries(attach).find(([key]) => key.toLowerCase() === name?.toLowerCase())?.[1];
}

/** As `cp` has it: into a directory, under the name that the source has. */
function intoDirectory(target: string, source: string): string {
	const isDirectory = target.endsWith('/') || target.endsWith(sep) || isDirectoryAt(target);
	return isDirectory ? join(target, basename(source)) : target;
}

/** What cannot be looked at is left to the copy, which tells what is wrong with it. */
function isDirectoryAt(path: string): boolean {
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
}
