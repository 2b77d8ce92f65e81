import {setTimeout as sleep} from 'node:timers/promises';
import type {Holder} from './connection.js';
import {STATE_SQL} from './tagged.js';

/** Reads a tagged database again and again through somebody's connection. */
export interface Witness {
	/** Reads once more, then tells of each different state that was seen, or error that was met. */
	stop(): Promise<readonly string[]>;
}

export function startWitness(holder: Holder): Witness {
	const states = new Set<string>();
	const stopping = new AbortController();
	const look = async (): Promise<void> => {
		states.add(await holder.run(STATE_SQL).then(([row]) => JSON.stringify(row), String));
	};
	const watching = (async () => {
		while (!stopping.signal.aborted) {
			await look();
			await sleep(5);
		}

		await look();
	})();
	return {
		async stop() {
			stopping.abort();
			await watching;
			return [...states];
		},
	};
}

/** What a witness tells of a database with one tag. */
export function witnessed(tag: number, rows: number): string {
	return JSON.stringify({tag, mixed: 0, rows});
}
