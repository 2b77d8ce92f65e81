/**
 * A program of its own: does tasks that SQLite does not let go of in the middle, or that must not open a file in the
 * application's process. It ends when its parent does, which closes its standard input. The tasks are done in a thread,
 * because something must see that while SQLite works; and by a signal, because `process.exit` would wait for the thread.
 * Ctrl-C at a terminal reaches this process as well, but what it stops, and in which order, is for the parent to say.
 *
 * It is started without any loader, so all it imports ends in `.ts`, which Node.js can run by itself.
 */
import {createInterface} from 'node:readline';
import {Worker} from 'node:worker_threads';
import {siblingModule} from '../../src/sibling.ts';
import {toLine} from './tasks.ts';

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
const die = (): boolean => process.kill(process.pid, 'SIGKILL');
const thread = startThread();
thread.once('error', die).once('message', () => thread.off('error', die));
thread.on('message', (message: unknown) => {
	process.stdout.write(toLine(message));
});
createInterface(process.stdin)
	.on('line', (line) => {
		thread.postMessage(JSON.parse(line));
	})
	.once('close', die);

/** One that cannot start, for want of descriptors or of threads, say, is no sign of a program that is none of ours. */
function startThread(): Worker {
	try {
		return new Worker(siblingModule('./thread', import.meta.url));
	} catch (error) {
		die();
		throw error;
	}
}
