import {Agent, get} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';

/** Milliseconds for an answer. */
const PATIENCE = 30_000;

export interface Pace {
	readonly perSecond: number;
	readonly seconds: number;
}

/**
 * Sends requests at even intervals, whether or not earlier ones are answered, as many clients together do. autocannon
 * does not: with a rate, its connections send what a second may have at the second's begin.
 *
 * @param record told of each answer how many ms after its request was due it came
 * @throws Error when a request fails
 */
export async function sendEvenly(
	url: string,
	{perSecond, seconds}: Pace,
	record: (ms: number) => void,
): Promise<number> {
	const agent = new Agent({keepAlive: true});
	const total = perSecond * seconds;
	const answers: Promise<void>[] = [];
	const start = performance.now();
	try {
		while (answers.length < total) {
			// The first is due at the start.
			const due = Math.min(total, 1 + Math.floor(((performance.now() - start) * perSecond) / 1000));
			while (answers.length < due) {
				const answered = answer(start + (answers.length * 1000) / perSecond);
				// Told of below: who waits for the others must not end this process.
				answered.catch(() => undefined);
				answers.push(answered);
			}

			await sleep(1);
		}

		await Promise.all(answers);
		return total;
	} finally {
		agent.destroy();
	}

	async function answer(due: number): Promise<void> {
		await ask(url, agent);
		record(performance.now() - due);
	}
}

async function ask(url: string, agent: Agent): Promise<void> {
	return new Promise((resolve, reject) => {
		const request = get(url, {agent, timeout: PATIENCE}, (response) => {
			response.resume();
			response.once('error', reject);
			response.once('end', () => {
				if (response.statusCode === 200) resolve();
				else reject(new Error(`A request was answered with ${String(response.statusCode)}`));
			});
		});
		request.once('timeout', () => request.destroy(new Error('A request was not answered')));
		request.once('error', reject);
	});
}
