import {Option, type Command} from 'commander';
import {toCopyOptions, type CopyFlags} from '../arguments/copy-flags.ts';
import {addFlags} from '../arguments/flags.ts';
import {addOutputFlags, type OutputFlags} from '../arguments/output-flags.ts';
import {permissions} from '../arguments/values.ts';
import {addCommand} from '../help.ts';
import {runJob} from '../job/run-job.ts';
import {VERIFY_DEPTHS} from '../../options.ts';
import type {Perform} from '../session.ts';

interface Flags extends CopyFlags, OutputFlags {
	readonly safetyCopy?: string;
}

export function addRestoreCommand(program: Command, perform: Perform): void {
	const command = addCommand(program, 'restore', {
		summary: 'put a backup in the place of a live database',
		description:
			'Checks a backup, then writes it into a database in one transaction. Programs that have that open go on, and see the ' +
			'old state or the new one. If anything goes wrong, it is as it was.',
		examples: [
			['restore backups/app.db app.db', 'put the backup in the place of app.db, also while it is in use'],
			['restore backups/app.db app.db --safety-copy before.db', 'keep the state that is replaced'],
			['restore backups/app.db app.db --verify quick --timeout 5m', 'a quicker check, and not for longer than that'],
		],
	})
		.argument('<backup>', 'a copy of a database')
		.argument('<target>', 'the database that becomes what the backup is; made if it is not there');
	addFlags(command, 'How to copy:', ['strategy', 'pages', 'maxRate', 'sleep', 'stallTimeout', 'timeout'])
		.optionsGroup('How to restore:')
		.addOption(new Option('--verify <depth>', 'how the backup is checked (default: full)').choices(VERIFY_DEPTHS))
		.addOption(new Option('--safety-copy <path>', 'a file that the state from before is kept in'))
		.addOption(new Option('--mode <bits>', 'permissions of a target that is not there yet').argParser(permissions));
	addOutputFlags(command).action(async (backup: string, target: string, flags: Flags) => {
		await perform(flags, async (session) => {
			const {safetyCopy} = flags;
			return await runJob(session, async (manager) => {
				return await manager.restore(backup, target, {...toCopyOptions(flags), safetyCopy, signal: session.signal});
			});
		});
	});
}
