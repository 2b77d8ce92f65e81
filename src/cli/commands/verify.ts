import {Option, type Command} from 'commander';
import {addOutputFlags, type OutputFlags} from '../arguments/output-flags.ts';
import {EXIT_CODE, type ExitCode} from '../exit-code.ts';
import {addCommand} from '../help.ts';
import type {VerifyDepth} from '../../options.ts';
import type {Perform, Session} from '../session.ts';
import {printable} from '../text/printable.ts';
import {formatBytes, formatDuration} from '../text/quantities.ts';
import {checkFile} from '../verify/checker.ts';
import {dismissChild} from '../../../workers/child.ts';
import {findFinishedFile} from '../verify/finished-file.ts';

/** Milliseconds after which a check, of whose progress nothing is known, is at least told of. */
const SIGN_OF_LIFE = 1000;

interface Flags extends OutputFlags {
	readonly quick?: boolean;
}

export function addVerifyCommand(program: Command, perform: Perform): void {
	const command = addCommand(program, 'verify', {
		summary: 'check copies that nobody changes',
		description:
			'Has SQLite check databases that nobody uses, as copies are, and changes nothing. For one that is in use: ' +
			'"sqlite-hotcopy copy --verify".',
		examples: [
			['verify backups/app.db', "SQLite's integrity_check"],
			['verify --quick backups/*.db', 'quick_check of several, without comparing indexes with their tables'],
		],
	})
		.argument('<file...>', 'database files')
		.addOption(new Option('--quick', 'quick_check instead of integrity_check'));
	addOutputFlags(command).action(async (files: readonly string[], flags: Flags) => {
		await perform(flags, async (session) => await verifyFiles(files, flags.quick === true ? 'quick' : 'full', session));
	});
}

/** One failure does not keep the others from being checked. */
async function verifyFiles(files: readonly string[], depth: VerifyDepth, session: Session): Promise<ExitCode> {
	const {output, signal} = session;
	let exitCode: ExitCode = EXIT_CODE.ok;
	try {
		for (const file of files) {
			try {
				await verifyFile(file, depth, session);
			} catch (error) {
				signal.throwIfAborted();
				exitCode = EXIT_CODE.failed;
				output.fail(error, {file});
			}
		}
	} finally {
		await dismissChild();
	}

	return exitCode;
}

async function verifyFile(name: string, depth: VerifyDepth, {output, signal}: Session): Promise<void> {
	const start = performance.now();
	const file = await findFinishedFile(name);
	const {bytes} = file;
	const sign = setTimeout(() => {
		output.note(`Checking ${printable(name)}, ${formatBytes(bytes)}`);
	}, SIGN_OF_LIFE);
	try {
		await checkFile(file, depth, signal);
	} finally {
		clearTimeout(sign);
	}

	const durationMs = performance.now() - start;
	output.record({type: 'result', file: name, verified: depth, bytes, durationMs});
	output.report(`ok: ${printable(name)}: ${formatBytes(bytes)}, ${depth} check in ${formatDuration(durationMs)}`);
}
