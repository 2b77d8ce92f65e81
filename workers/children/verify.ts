/**
 * A program of its own: checks databases, one after another, a question and an answer a line. It ends when its parent
 * does, which closes its standard input; the check runs in a thread, because something must see that while SQLite works.
 * The signal is needed because `process.exit` would wait for the thread. Ctrl-C at a terminal reaches this process as well,
 * but what it stops, and in which order, is for the parent to say.
 *
 * It is started without any loader, so all it imports ends in `.ts`, which Node.js can run by itself.
 */
import {createInterface} from 'node:readline';
import {isMainThread, parentPort, Worker} from 'node:worker_threads';
import {check, type VerifyQuestion} from '../verify/check.ts';

if (isMainThread) {
	for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
	const worker = new Worker(new URL(import.meta.url));
	worker.on('message', (answer: unknown) => {
		process.stdout.write(`${JSON.stringify(answer)}\n`);
	});
	createInterface(process.stdin)
		.on('line', (line) => {
			worker.postMessage(JSON.parse(line));
		})
		.once('close', () => process.kill(process.pid, 'SIGKILL'));
} else {
	parentPort?.on('message', (question: VerifyQuestion) => {
		parentPort?.postMessage(check(question));
	});
}
