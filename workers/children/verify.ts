/**
 * A program of its own: checks a database and prints the answer. It ends when its parent does, which closes its standard
 * input; the check runs in a thread, because something must see that while SQLite works. The signal is needed because
 * `process.exit` would wait for the thread.
 *
 * It is started without any loader, so all it imports ends in `.ts`, which Node.js can run by itself.
 */
import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads';
import {check, type VerifyQuestion} from '../verify/check.ts';

if (isMainThread) {
	process.stdin.once('close', () => process.kill(process.pid, 'SIGKILL')).resume();
	const worker = new Worker(new URL(import.meta.url), {workerData: JSON.parse(process.argv[2] ?? '') as unknown});
	worker.once('message', (answer: unknown) => {
		process.stdout.write(JSON.stringify(answer), () => process.exit());
	});
} else {
	parentPort?.postMessage(check(workerData as VerifyQuestion));
}
