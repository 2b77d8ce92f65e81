import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';

/** Runs a program to its end, and returns its output. @throws when it fails, with its complaint */
export async function runCommand(command: string, args: readonly string[], input = ''): Promise<string> {
	const child = spawn(command, args, {stdio: ['pipe', 'pipe', 'pipe']});
	const closed = once(child, 'close').catch((error: unknown) => {
		throw isMissing(error) ? new Error(`${command} is not installed`) : error;
	}) as Promise<[number | null]>;
	// A program that ends without reading its input says why in its exit code and its complaint.
	child.stdin.on('error', () => undefined);
	child.stdin.end(input);
	const [[code], output, complaint] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
	if (code !== 0) throw new Error(`${command} failed: ${complaint.trim() || `exit code ${String(code)}`}`);
	return output;
}

function isMissing(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
