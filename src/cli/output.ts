import {inspect, styleText} from 'node:util';
import type {OutputFlags} from './arguments/output-flags.ts';
import {describeError} from './errors/describe.ts';
import type {ErrorRecord, OutputRecord} from './records.ts';
import {printable} from './text/printable.ts';

/** How the progress of a command is shown. */
export type ProgressStyle = 'bar' | 'lines' | 'records' | 'none';

/** Where the words of a command go: what it was run for to the standard output, all else to standard error. */
export class Output {
	readonly json: boolean;
	readonly #quiet: boolean;
	readonly #debug: boolean;

	constructor({json = false, quiet = false, debug = false}: OutputFlags) {
		this.json = json;
		this.#quiet = quiet;
		this.#debug = debug;
	}

	get progressStyle(): ProgressStyle {
		if (this.#quiet) return 'none';
		if (this.json) return 'records';
		return process.stderr.isTTY && process.env['TERM'] !== 'dumb' ? 'bar' : 'lines';
	}

	/** An outcome, in words. */
	report(line: string): void {
		if (!this.json && !this.#quiet) this.print(line);
	}

	/** What was asked for in so many words, and is told of also with `--quiet`. */
	print(line: string): void {
		process.stdout.write(`${line}\n`);
	}

	/** With `--json`, an object on a line of its own. */
	record(record: OutputRecord): void {
		if (this.json) process.stdout.write(`${JSON.stringify(record)}\n`);
	}

	/** What happens meanwhile. */
	note(line: string): void {
		if (!this.json && !this.#quiet) process.stderr.write(`${line}\n`);
	}

	/** @param about what it happened to, where the command has more than one thing to do */
	fail(error: unknown, about: Pick<ErrorRecord, 'source' | 'target' | 'file'> = {}): void {
		if (this.json) this.record({type: 'error', ...about, ...describeError(error)});
		else process.stderr.write(`${this.inWords(error, about.source)}\n`);
		if (this.json && this.#debug) process.stderr.write(`${stackOf(error)}\n`);
	}

	/** One line for an error, and below it, with `--debug`, where it comes from. */
	inWords(error: unknown, source?: string): string {
		const line = failureLine(error, source);
		return this.#debug ? `${line}\n${stackOf(error)}` : line;
	}
}

function stackOf(error: unknown): string {
	return inspect(error, {depth: 5});
}

/** What it happened to, its code, what went wrong and what to do. */
function failureLine(error: unknown, source?: string): string {
	const {code, message} = describeError(error);
	const name = styleText(['red', 'bold'], 'sqlite-hotcopy:', {stream: process.stderr});
	return `${name} ${printable([source, code, message].filter((part) => part !== undefined).join(': '))}`;
}
