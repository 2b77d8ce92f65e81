/** The thread of a child process that does the tasks, one after another. */
import {parentPort} from 'node:worker_threads';
import {clonePair} from '../clone/clone-pair.ts';
import {vacuumInto} from '../vacuum/vacuum-into.ts';
import {check} from '../verify/check.ts';
import type {ChildMessage, News, Task, Tasks, TaskName} from './tasks.ts';

parentPort?.on('message', (task: Task) => {
	void perform(task).then((answer) => {
		post({type: 'answer', answer});
	});
});
post({type: 'ready'});

async function perform({task, order}: Task): Promise<Tasks[TaskName]['answer']> {
	switch (task) {
		case 'verify':
			return check(order);
		case 'clone':
			return await clonePair(order, tell);
		case 'vacuum':
			return vacuumInto(order);
		default:
			task satisfies never;
			throw new Error(`Unknown task: ${JSON.stringify(task)}`);
	}
}

async function tell(news: News): Promise<void> {
	post(news);
	// The next slice waits for a turn of the event loop, in which a flush that is over is heard of.
	await new Promise(setImmediate);
}

function post(message: ChildMessage): void {
	parentPort?.postMessage(message);
}
