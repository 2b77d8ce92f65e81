import {setTimeout as sleep} from 'node:timers/promises';
import type {FastifyInstance} from 'fastify';
import {isEnded, type JobView} from '../server/job-view.js';

/** Bytes a second, in turn: different enough to tell the bars apart. */
const RATES = [4_000_000, 6_000_000, 10_000_000, 16_000_000];
/** Jobs that are queued or active at a time. */
const AT_A_TIME = 5;
/** Ms between two looks at them. */
const PAUSE = 500;
/** Files that are replaced in turn, so that the disk does not fill. */
const FILES = 24;

/** Keeps a few backups on their way, by the requests that any client makes. Some fail, and some are aborted. */
export async function demonstrate(app: FastifyInstance, signal: AbortSignal): Promise<void> {
	for (let count = 0; !signal.aborted;) {
		const unfinished = (await listJobs(app)).filter((job) => !isEnded(job));
		const [oldest] = unfinished;
		if (unfinished.length < AT_A_TIME) {
			count++;
			// The weekly file is there from the first time on, and unlike the others it is not to be replaced.
			const file = count % 5 === 1 ? {name: 'weekly.db'} : {name: hourly(count), existing: 'replace'};
			await app.inject({method: 'POST', url: '/backups', payload: {...file, maxRate: RATES[count % RATES.length]}});
			if (count % 7 === 0 && oldest !== undefined) await app.inject({method: 'DELETE', url: `/backups/${oldest.id}`});
		}

		// The signal ends the pause, and then the loop.
		await sleep(PAUSE, undefined, {signal}).catch(() => undefined);
	}
}

async function listJobs(app: FastifyInstance): Promise<readonly JobView[]> {
	const response = await app.inject({url: '/backups'});
	return response.json<{readonly jobs: readonly JobView[]}>().jobs;
}

function hourly(count: number): string {
	return `hourly-${String(count % FILES).padStart(2, '0')}.db`;
}
