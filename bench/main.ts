/** `npm run bench -- NAME`: runs one workload of `workloads/` and prints what it measured, and on what. */
import '../src/node-version.js';
import {arch, availableParallelism, cpus, platform, release} from 'node:os';
import {parseArgs} from 'node:util';
import Database from 'better-sqlite3';

const WORKLOADS = {
	pin: async () => (await import('./workloads/pin.js')).run(),
};

const {positionals} = parseArgs({allowPositionals: true});
const [name = ''] = positionals;
if (!isWorkload(name)) {
	console.error(`There is no workload "${name}". Choose one of: ${Object.keys(WORKLOADS).join(', ')}`);
	process.exit(1);
}

const memory = new Database(':memory:');
const sqlite = memory.prepare<[], string>('SELECT sqlite_version()').pluck().get();
memory.close();
console.log(
	`${new Date().toISOString().slice(0, 10)}, Node.js ${process.versions.node}, SQLite ${String(sqlite)}, ` +
		`${platform()} ${release()} ${arch()}, ${String(availableParallelism())} × ${cpus()[0]?.model ?? 'CPU'}`,
);
console.table(await WORKLOADS[name]());

function isWorkload(value: string): value is keyof typeof WORKLOADS {
	return Object.hasOwn(WORKLOADS, value);
}
