import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';

export interface CommandOptions {
	/** Written to its standard input. */
	readonly input?: string;
	/** Ends it in the middle. It is waited for all the same. */
	readonly end?: {readonly signal: AbortSignal; readonly by: NodeJS.Signals} | undefined;
}

/** Runs a program to its end, and returns its output. @throws when it fails, with its complaint */
export async function runCommand(
	command: string,
	args: readonly string[],
	{input = '', end}: CommandOptions = {},
): Promise<string> {
	const child = spawn(command, args, {stdio: ['pipe', 'pipe', 'pipe']});
	const closed = once(child, 'close').catch((error: unknown) => {
		throw isMissing(error) ? new Error(`${command} is not installed`) : error;
	}) as Promise<[number | null, NodeJS.Signals | null]>;
	const kill = (): void => {
		child.kill(end?.by);
	};
	end?.signal.addEventListener('abort', kill);
	// A program that ends without reading its input says why in its exit code and its complaint.
	child.stdin.on('error', () => undefined);
	child.stdin.end(input);
	try {
		const [[code, signal], output, complaint] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
		if (code === 0) return output;
		throw new Error(`${command} failed: ${complaint.trim() || (signal ?? `exit code ${String(code)}`)}`);
	} finally {
		end?.signal.removeEventListener('abort', kill);
	}
}

function isMissing(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
