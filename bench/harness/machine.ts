import {createRequire} from 'node:module';
import {arch, availableParallelism, cpus, platform, release, totalmem} from 'node:os';
import {runCommand} from '../sides/run-command.js';
import {size} from './format.js';

/** On what was measured. */
export interface Machine {
	/** ISO 8601. */
	readonly date: string;
	readonly processor: string;
	readonly cores: number;
	readonly memoryBytes: number;
	readonly kernel: string;
	/** Of the directory of the databases. */
	readonly fileSystem: string;
	readonly node: string;
	readonly packages: Readonly<Record<string, string>>;
	/** Of the sources, with `-dirty` behind it where they were changed since; none where git does not know. */
	readonly commit?: string | undefined;
}

interface PackageJson {
	readonly name: string;
	readonly version: string;
}

const require = createRequire(import.meta.url);

/** File systems that keep files in memory, where nothing is ever written to a disk. */
const IN_MEMORY = /^(tmpfs|ramfs|devtmpfs)\b/;

/** @throws Error when the directory is not on a disk */
export async function describeMachine(directory: string): Promise<Machine> {
	const fileSystem = await fileSystemOf(directory);
	if (IN_MEMORY.test(fileSystem)) {
		throw new Error(`${directory} is in memory (${fileSystem}), where a flush costs nothing. Give another with --dir.`);
	}

	const packages = ['../../package.json', 'better-sqlite3/package.json'].map((path) => require(path) as PackageJson);
	return {
		date: new Date().toISOString(),
		processor: cpus()[0]?.model.trim() ?? 'unknown',
		cores: availableParallelism(),
		memoryBytes: totalmem(),
		kernel: `${platform()} ${release()} ${arch()}`,
		fileSystem,
		node: process.versions.node,
		packages: Object.fromEntries(packages.map(({name, version}) => [name, version])),
		commit: await commit(),
	};
}

export function machineText(machine: Machine): string {
	const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
	if (machine.commit !== undefined) packages.push(`commit ${machine.commit}`);
	return [
		`${machine.date.slice(0, 10)}, Node.js ${machine.node}, ${packages.join(', ')}`,
		`${machine.kernel}, ${String(machine.cores)} x ${machine.processor}, ${size(machine.memoryBytes)} of memory`,
		`databases on ${machine.fileSystem}`,
	].join('\n');
}

async function commit(): Promise<string | undefined> {
	const git = async (...words: readonly string[]): Promise<string> =>
		(await runCommand('git', ['-C', import.meta.dirname, ...words])).trim();
	try {
		const changes = await git(
			'status',
			'--porcelain',
			'--',
			'../../src',
			'../../workers',
			'../../bench',
			':!../results',
		);
		return `${await git('rev-parse', '--short=7', 'HEAD')}${changes === '' ? '' : '-dirty'}`;
	} catch {
		return undefined;
	}
}

/** For example `ext4 (/dev/sda1)`. */
async function fileSystemOf(directory: string): Promise<string> {
	if (process.platform !== 'linux') return 'unknown (only Linux tells)';
	const [, line = ''] = (await runCommand('df', ['--output=fstype,source', '--', directory])).split('\n');
	const [type = 'unknown', device = 'unknown'] = line.trim().split(/\s+/);
	return `${type} (${device})`;
}
