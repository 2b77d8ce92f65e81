import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {CallContender} from '../callers/contenders.js';
import type {Bench} from '../harness/bench.js';
import type {Sources} from '../harness/databases.js';
import {figure} from '../harness/format.js';
import {labelledRounds, type Labelled} from '../harness/labelled-rounds.js';
import {startProgram, type Program} from '../harness/program.js';
import {summarize, type Summary} from '../harness/statistics.js';
import {startCopier, type Copier} from './requests-copier.js';
import type {Asking, LoadMethods} from './requests-load.js';
import {loadWhileCopying, type RequestSample} from './requests-sample.js';
import type {ServerMethods} from './requests-server.js';

const SERVER = new URL('requests-server.ts', import.meta.url);
const LOAD = new URL('requests-load.ts', import.meta.url);

/** What the others are compared with. */
export const NO_COPY = 'no copy';

/** Seconds of load before anything is measured. */
const WARM_UP = 1;

/** How a server is loaded, and how often its database is copied meanwhile. */
export interface LoadCase {
	/** Names it among the others. */
	readonly requests: string;
	readonly asking: Asking;
	/** At the most; `Infinity`: again and again. */
	readonly copies: number;
}

export interface LoadPlan {
	readonly rounds: number;
	/** Of load, for each measurement. */
	readonly seconds: number;
}

/** What the rounds of one contender gave. Times in ms. */
export interface LoadFigures {
	readonly requests: string;
	readonly label: string;
	readonly perSecond: Summary;
	readonly p50: Summary;
	readonly p99: Summary;
	readonly p999: Summary;
	readonly longest: Summary;
	/** Made while the load lasted. */
	readonly copies: Summary;
}

export interface LoadResults {
	readonly figures: readonly LoadFigures[];
	readonly failures: readonly string[];
}

/** Loads a server without copies, and one for each contender, round by round. */
export async function roundsOfRequests(
	bench: Bench,
	contenders: readonly CallContender[],
	sources: Sources,
	{requests, asking, copies: atMost}: LoadCase,
	{rounds, seconds}: LoadPlan,
): Promise<LoadResults> {
	const {signal} = bench;
	const load = startProgram<LoadMethods>(LOAD, 'the load', {signal});
	const servers: Program<ServerMethods>[] = [];
	const copiers: Copier[] = [];
	const {
		paths: [source = ''],
	} = sources;
	let interval = Infinity;

	async function prepare(contender: CallContender | undefined): Promise<Labelled<RequestSample>> {
		const label = contender?.label ?? NO_COPY;
		const server = startProgram<ServerMethods>(SERVER, `the server of ${label}`, {signal});
		servers.push(server);
		const url = await server.call('listen', source);
		const copier = contender === undefined ? undefined : await startCopier(contender, server, source, signal);
		if (copier !== undefined) {
			copiers.push(copier);
			await warmUp(bench, copier);
		}

		const {p50} = await load.call('run', url, {asking, seconds: WARM_UP, interval});
		// The first of all is the one without copies.
		if (interval === Infinity) interval = p50;
		const traffic = {url, load, copier, atMost};
		return {label, measure: async () => loadWhileCopying(bench, traffic, sources, {asking, seconds, interval})};
	}

	try {
		const running: Labelled<RequestSample>[] = [];
		for (const contender of [undefined, ...contenders]) running.push(await prepare(contender));
		const {series, failures} = await labelledRounds(bench, running, {
			rounds,
			text: ({perSecond, p99, copies}) =>
				`${figure(perSecond)} a second, p99 ${figure(p99)} ms, ${figure(copies)} copies`,
		});
		return {figures: series.map(({label, samples}) => toFigures(requests, label, samples)), failures};
	} finally {
		await Promise.all([load, ...copiers, ...servers].map(async (program) => program.end()));
	}
}

async function warmUp({directory}: Bench, {copy}: Copier): Promise<void> {
	const target = join(directory, 'warm-up.db');
	await copy(target);
	await rm(target, {force: true});
}

function toFigures(requests: string, label: string, samples: readonly RequestSample[]): LoadFigures {
	const summary = (of: keyof RequestSample): Summary => summarize(samples.map((sample) => sample[of]));
	return {
		requests,
		label,
		perSecond: summary('perSecond'),
		p50: summary('p50'),
		p99: summary('p99'),
		p999: summary('p999'),
		longest: summary('longest'),
		copies: summary('copies'),
	};
}
