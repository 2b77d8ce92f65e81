/** Ways to copy a file that a clone could use: through the system's cache or past it, in pieces of several sizes. */
import {execFileSync} from 'node:child_process';
import {
	closeSync,
	constants,
	fsyncSync,
	openSync,
	readFileSync,
	readSync,
	statSync,
	write,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {promisify} from 'node:util';
import {BackgroundFlush} from '../../workers/clone/background-flush.js';
import {copyWhole} from '../../workers/clone/copy-file.js';
import type {Workload} from '../harness/bench.js';
import {compareWays, type Way} from '../harness/ways.js';

/** Copies a file to one that is there and empty, and need not flush it. */
type Copy = (source: number, target: string, path: string) => Promise<void> | void;

const KIB = 1024;
const MIB = 1024 * KIB;
/** A multiple of the blocks of any disk. */
const BLOCK = 64 * KIB;
/** Of what `/proc/self/stat` counts in: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_A_SECOND = 100;

const writeTo = promisify(write);
const turn = promisify(setImmediate);

const COPIES: Readonly<Record<string, Copy>> = {
	'as it is': flushing(copyWhole),
	'flushed at the end': async (source, target) => copyWhole(source, target, async () => turn()),
	'in pieces of 32 KiB': flushing(through(32 * KIB)),
	'in pieces of 1 MiB': flushing(through(MIB)),
	preallocated: async (source, target, path) => {
		allocate(target, path);
		await flushing(through(128 * KIB))(source, target, path);
	},
	'past the cache, 1 MiB': past(MIB),
	'past the cache, 8 MiB': past(8 * MIB),
	cp: (_, target, path) => {
		execFileSync('cp', [path, target]);
	},
	'dd, 64 MiB': (_, target, path) => {
		execFileSync('dd', [`if=${path}`, `of=${target}`, 'bs=64M', 'status=none']);
	},
};

const FULL = {bytes: 1e9, rounds: 5} as const;
const QUICK = {bytes: 16e6, rounds: 2} as const;

export const pieces: Workload = {
	method:
		'A file in the page cache is copied and flushed, without a database. "As it is" is what a clone does: in pieces of 128 KiB, ' +
		'each 8 MiB of which begin to be flushed while the next ones are copied; the others in pieces do so too. "Past the cache" ' +
		'writes with O_DIRECT. Processor time: user and system, of this process and all that it starts.',

	async run(bench) {
		if (process.platform !== 'linux') throw new Error('This workload is for Linux, as a clone is');
		const ways = Object.entries(COPIES).map(([name, copy]) => [name, toWay(copy)] as const);
		return await compareWays(bench, Object.fromEntries(ways), bench.quick ? QUICK : FULL);
	},
};

function toWay(copy: Copy): Way {
	return async (path, target) => {
		writeFileSync(target, '');
		const source = openSync(path, 'r');
		try {
			const [cpu, start] = [cpuSeconds(), performance.now()];
			await copy(source, target, path);
			const written = openSync(target, 'r+');
			fsyncSync(written);
			closeSync(written);
			return {seconds: (performance.now() - start) / 1000, cpuSeconds: cpuSeconds() - cpu};
		} finally {
			closeSync(source);
		}
	};
}

function allocate(target: string, source: string): void {
	execFileSync('fallocate', ['--length', String(statSync(source).size), target]);
}

/** One piece is read while the other is written. */
function past(piece: number): Copy {
	return async (source, target) => {
		const descriptor = openSync(target, constants.O_WRONLY | constants.O_DIRECT);
		let [reading, waiting] = [1, 2].map(() => Buffer.from(new ArrayBuffer(piece, {maxByteLength: piece}))) as [
			Buffer,
			Buffer,
		];
		let writing: Promise<unknown> = Promise.resolve();
		let [offset, count] = [0, piece];
		for (; count === piece; offset += count) {
			count = readSync(source, reading, 0, piece, offset);
			await writing;
			const whole = count - (count % BLOCK);
			writing = whole === 0 ? Promise.resolve() : writeTo(descriptor, reading, 0, whole, offset);
			if (count < piece) break;
			[reading, waiting] = [waiting, reading];
		}

		await writing;
		closeSync(descriptor);
		const rest = count % BLOCK;
		const tail = openSync(target, 'r+');
		await writeTo(tail, reading, count - rest, rest, offset + count - rest);
		closeSync(tail);
	};
}

type Telling = (source: number, target: string, tell: (bytes: number) => Promise<void>) => Promise<void>;

/** As the clone of a pair does it. */
function flushing(copy: Telling): Copy {
	return async (source, target) => {
		const flush = new BackgroundFlush(target);
		await copy(source, target, async () => {
			flush.begin();
			await turn();
		});
		await flush.end();
	};
}

function through(piece: number): Telling {
	return async (source, target, tell) => {
		const descriptor = openSync(target, 'r+');
		const chunk = Buffer.allocUnsafeSlow(piece);
		let offset = 0;
		for (let count = piece; count === piece; offset += count) {
			count = readSync(source, chunk, 0, piece, offset);
			writeSync(descriptor, chunk, 0, count, offset);
			if ((offset + count) % (8 * MIB) === 0) await tell(offset + count);
		}

		closeSync(descriptor);
	};
}

/** Of this process, and of those that it has started and that have ended. */
function cpuSeconds(): number {
	const {user, system} = process.cpuUsage();
	// Behind the name of the program, which may have anything in it: the times of its children are the 14th and the 15th.
	const fields = readFileSync('/proc/self/stat', 'latin1')
		.replace(/^.*\) /s, '')
		.split(' ');
	const children = Number(fields[13]) + Number(fields[14]);
	return (user + system) / 1e6 + children / TICKS_A_SECOND;
}
