import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chownSync, writeFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import type {ChildMessage, News} from '../../workers/children/tasks.js';
import type {CloneAnswer} from '../../workers/clone/clone-pair.js';
import {identityOf, markOf, statFile} from '../../workers/identity.js';
import {HOLDABLE, type Hold} from './hold.js';

/** The program that a worker starts to copy files, with the test in the worker's place: the pin is the test's. */
export interface Cloner {
	readonly pid: number;
	/** Rejects when the process ends instead of answering. */
	clone(source: string, staging: string, mark?: string): Promise<CloneAnswer>;
	/** What it told in the middle of the last task. */
	readonly news: readonly News[];
}

export interface ClonerOptions {
	readonly hold?: Hold;
	/** Whether blocks are shared, where the file system can do that. */
	readonly shares?: boolean;
	readonly uid?: number | undefined;
	/** A program and its arguments that it is run under, for example strace. */
	readonly under?: readonly string[];
}

export async function startCloner(
	t: ExecutionContext,
	{hold, shares = false, uid, under = []}: ClonerOptions = {},
): Promise<Cloner> {
	const program = fileURLToPath(new URL('../../workers/children/main.ts', import.meta.url));
	const command = [...under, process.execPath, ...(hold === undefined ? [] : HOLDABLE), program];
	const child = spawn(command[0] ?? '', command.slice(1), {
		stdio: ['pipe', 'pipe', 'inherit'],
		env: {...process.env, NODE_OPTIONS: '', ...hold?.env, ...(shares ? {HOTCOPY_TEST_SHARES: ''} : {})},
		...(uid === undefined ? {} : {uid, gid: uid}),
	});
	t.teardown(async () => {
		const ended = once(child, 'close');
		child.kill('SIGKILL');
		if (child.exitCode === null && child.signalCode === null) await ended;
	});
	child.stdin.on('error', () => undefined);
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	const receive = async (): Promise<ChildMessage<'clone'>> => {
		const line = await lines.next();
		if (line.done === true) throw new Error('The process that clones ended without an answer');
		return JSON.parse(line.value) as ChildMessage<'clone'>;
	};
	await receive();

	const news: News[] = [];
	return {
		pid: child.pid ?? 0,
		news,
		async clone(source, staging, mark = markOfFile(source)) {
			news.length = 0;
			// As the worker makes it.
			writeFileSync(staging, '', {mode: 0o600});
			if (uid !== undefined) chownSync(staging, uid, uid);
			child.stdin.write(`${JSON.stringify({task: 'clone', order: {source, mark, staging}})}\n`);
			for (;;) {
				const message = await receive();
				if (message.type === 'answer') return message.answer;
				if (message.type !== 'ready') news.push(message);
			}
		},
	};
}

export function markOfFile(path: string): string {
	const stats = statFile(path);
	if (stats === undefined) throw new Error(`There is no ${path}`);
	return markOf(identityOf(stats));
}
