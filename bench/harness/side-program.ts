/** The process of a side: an application that opens databases and copies them when the bench says so. */
import {isSideName, SIDES} from '../sides/index.js';
import type {Application, Copied, Settings} from '../sides/side.js';
import {serve} from './serve.js';

export interface TimedCopy extends Copied {
	readonly seconds: number;
}

export interface SideMethods {
	version(): Promise<string>;
	start(settings: Settings): Promise<void>;
	open(sources: readonly string[]): Promise<void>;
	copy(directory: string): Promise<TimedCopy>;
	close(): Promise<void>;
}

const [, , name = ''] = process.argv;
if (!isSideName(name)) throw new Error(`There is no side "${name}"`);
const load = SIDES[name];
let application: Application | undefined;

serve<SideMethods>({
	version: async () => (await load()).version(),
	async start(settings) {
		const side = await load();
		application = await side.start(settings);
	},
	open: async (sources) => started().open(sources),
	async copy(directory) {
		const running = started();
		const start = performance.now();
		const copied = await running.copy(directory);
		return {...copied, seconds: (performance.now() - start) / 1000};
	},
	close: async () => started().close(),
});

function started(): Application {
	if (application === undefined) throw new Error('The application is not started');
	return application;
}
