import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {defaultContenders} from '../callers/contenders.js';
import {isCallerName} from '../callers/index.js';
import {findAvailable} from '../harness/available.js';
import {startDatabases, type Databases} from '../harness/databases.js';
import {describeMachine} from '../harness/machine.js';
import {setJournalMode} from '../harness/writer.js';
import {comparisonText, type ComparedSituation, type Comparison} from '../report/comparison-text.js';
import type {SideName} from '../sides/index.js';
import {observe} from './observe.js';
import type {Observed, Trial} from './situation.js';
import {SITUATIONS} from './situations/index.js';
import {pathOf} from './target.js';

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));

/** Bytes of the sources: one that takes a while to copy, one that only has to be there; and of an old copy. */
const BYTES = 256e6;
const ROLLBACK_BYTES = 16e6;
const OLD_BYTES = 4e6;

/** Puts everyone in every situation, prints the table, and writes `results/compare.json`. */
export async function compare(directory: string, signal: AbortSignal): Promise<void> {
	const machine = await describeMachine(directory);
	const available = await findAvailable(signal);
	const contenders = defaultContenders([...available.versions.keys()]).filter(({name}) => isCompared(name));
	const databases = startDatabases(signal);
	const situations: ComparedSituation[] = [];
	try {
		const stage = await makeStage(directory, databases, signal);
		for (const situation of SITUATIONS) {
			const observed = new Map<string, Observed>();
			for (const contender of contenders) {
				observed.set(contender.label, await observe(situation, {...stage, contender}));
				// Apart from the table, which may go to a file.
				console.error(`${situation.title}, ${contender.label}: ${observed.get(contender.label)?.cell ?? ''}`);
			}

			const {title, method} = situation;
			situations.push({title, method, observed: Object.fromEntries(observed)});
		}
	} finally {
		await databases.end();
	}

	const comparison: Comparison = {
		machine,
		sides: ofCallers(available.versions),
		leftOut: ofCallers(available.leftOut),
		situations,
	};
	console.log(comparisonText(comparison));
	await mkdir(RESULTS, {recursive: true});
	await writeFile(join(RESULTS, 'compare.json'), `${JSON.stringify(comparison, undefined, 2)}\n`);
}

/** The shell is there once. */
function isCompared(name: SideName): boolean {
	return isCallerName(name) && name !== 'sqlite3 VACUUM INTO';
}

function ofCallers(texts: ReadonlyMap<SideName, string>): Record<string, string> {
	return Object.fromEntries([...texts].filter(([name]) => isCompared(name)));
}

type Stage = Omit<Trial, 'contender'>;

async function makeStage(directory: string, databases: Databases, signal: AbortSignal): Promise<Stage> {
	const source = await databases.make(join(directory, 'wal'), 1, BYTES);
	const rollbackSource = await databases.make(join(directory, 'rollback'), 1, ROLLBACK_BYTES);
	const old = await databases.make(join(directory, 'old'), 1, OLD_BYTES);
	for (const made of [rollbackSource, old]) await setJournalMode(pathOf(made), 'DELETE', signal);
	return {directory: join(directory, 'trial'), source, rollbackSource, old, databases, signal};
}
