import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {markdownTable} from 'markdown-table';
import {defaultContenders, type CallContender} from '../callers/contenders.js';
import {findAvailable, type Available} from '../harness/available.js';
import {startDatabases, type Databases} from '../harness/databases.js';
import {describeMachine, machineText, type Machine} from '../harness/machine.js';
import {setJournalMode} from '../harness/writer.js';
import {observe} from './observe.js';
import type {Observed, Situation, Trial} from './situation.js';
import {SITUATIONS} from './situations/index.js';
import {pathOf} from './target.js';

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));

/** Bytes of the sources: one that takes a while to copy, one that only has to be there; and of an old copy. */
const BYTES = 256e6;
const ROLLBACK_BYTES = 16e6;
const OLD_BYTES = 4e6;

interface Row {
	readonly situation: Situation;
	readonly observed: ReadonlyMap<string, Observed>;
}

/** Puts everyone in every situation, prints the table, and writes `results/compare.json`. */
export async function compare(directory: string, signal: AbortSignal): Promise<void> {
	const machine = await describeMachine(directory);
	const available = await findAvailable(signal);
	const contenders = defaultContenders([...available.versions.keys()]).filter(
		({name}) => name !== 'sqlite3 VACUUM INTO',
	);
	const databases = startDatabases(signal);
	const rows: Row[] = [];
	try {
		const stage = await makeStage(directory, databases, signal);
		for (const situation of SITUATIONS) {
			const observed = new Map<string, Observed>();
			for (const contender of contenders) {
				observed.set(contender.label, await observe(situation, {...stage, contender}));
				// Apart from the table, which may go to a file.
				console.error(`${situation.title}, ${contender.label}: ${observed.get(contender.label)?.cell ?? ''}`);
			}

			rows.push({situation, observed});
		}
	} finally {
		await databases.end();
	}

	const versions = contenders.map(({name}) => `${name}: ${available.versions.get(name) ?? ''}`);
	console.log(table(rows, contenders));
	console.log(`\n${[machineText(machine), versions.join('; ')].join('\n')}`);
	for (const [name, reason] of available.leftOut) console.log(`${name} is LEFT OUT: ${reason}`);
	await mkdir(RESULTS, {recursive: true});
	await writeFile(join(RESULTS, 'compare.json'), `${JSON.stringify(toJson(rows, machine, available), undefined, 2)}\n`);
}

type Stage = Omit<Trial, 'contender'>;

async function makeStage(directory: string, databases: Databases, signal: AbortSignal): Promise<Stage> {
	const source = await databases.make(join(directory, 'wal'), 1, BYTES);
	const rollbackSource = await databases.make(join(directory, 'rollback'), 1, ROLLBACK_BYTES);
	const old = await databases.make(join(directory, 'old'), 1, OLD_BYTES);
	for (const made of [rollbackSource, old]) await setJournalMode(pathOf(made), 'DELETE', signal);
	return {directory: join(directory, 'trial'), source, rollbackSource, old, databases, signal};
}

function table(rows: readonly Row[], contenders: readonly CallContender[]): string {
	return markdownTable([
		['', ...contenders.map(({label}) => label)],
		...rows.map(({situation, observed}) => [
			situation.title,
			...contenders.map(({label}) => observed.get(label)?.cell ?? ''),
		]),
	]);
}

function toJson(rows: readonly Row[], machine: Machine, {versions, leftOut}: Available): object {
	return {
		machine,
		sides: Object.fromEntries(versions),
		leftOut: Object.fromEntries(leftOut),
		situations: rows.map(({situation: {title, method}, observed}) => ({
			title,
			method,
			observed: Object.fromEntries(observed),
		})),
	};
}
