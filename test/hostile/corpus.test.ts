import {join} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {BackupManager, type BackupOptions} from '../../src/index.js';
import {trySource, type Verdict} from '../helpers/hostile-source.js';
import {soundBytes} from '../helpers/broken.js';
import {injure, injuries} from '../helpers/injury.js';
import {makeMemoryDirectory} from '../helpers/memory-directory.js';
import {askPython} from '../helpers/second-opinion.js';
import {makeSpecimens} from '../helpers/specimens.js';
import {wholeFile} from '../helpers/whole-file.js';

/** The same thousands each time; `CORPUS_SEED=2 CORPUS_RUNS=10000` for others, and more of them. */
const SEED = Number(process.env['CORPUS_SEED'] ?? 1);
const RUNS = process.env['CORPUS_RUNS'];

interface Way {
	readonly options: BackupOptions;
	/** Injuries of each specimen. */
	readonly runs: number;
}

const WAYS: Readonly<Record<string, Way>> = {
	'in one step': {options: {strategy: 'pages'}, runs: 30},
	'by serialize': {options: {strategy: 'serialize'}, runs: 30},
	'by clone': {options: {strategy: 'clone'}, runs: 30},
	'by vacuum': {options: {strategy: 'vacuum'}, runs: 30},
	'in small steps': {options: {pages: 3, snapshot: 'none', checksum: 'sha256'}, runs: 30},
	"with journalMode: 'delete'": {options: {journalMode: 'delete'}, runs: 30},
	'over a live target': {options: {existing: 'overwrite'}, runs: 30},
};

const shared = makeMemoryDirectory(wholeFile);
const specimens = makeSpecimens(shared);
const live = soundBytes(shared);
const manager = new BackupManager({maxThreads: 2});
wholeFile.teardown(() => manager.close());
const opinion = askPython(wholeFile);

for (const [name, {options, runs}] of Object.entries(WAYS)) {
	test.serial(`${name}: no broken database crashes, hangs or is published`, async (t) => {
		t.timeout(60 * 60_000);
		const directory = makeMemoryDirectory(t);
		const waiting = [...specimens.entries()];
		const lane = async (): Promise<void> => {
			for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
				const [index, specimen] = next;
				const trial = {
					manager,
					opinion,
					directory: join(directory, String(index)),
					...(options.existing === 'overwrite' ? {live} : {}),
				};
				const verdicts: Record<Verdict, number> = {published: 0, refused: 0};
				const property = fc.asyncProperty(injuries, async (injury) => {
					verdicts[await trySource(injure(specimen, injury), trial, options)]++;
				});
				await t.notThrowsAsync(
					fc.assert(property, {seed: SEED, numRuns: Number(RUNS ?? runs), includeErrorInReport: true}),
					specimen.name,
				);
				// Otherwise the injuries were too light, or too heavy, to show anything.
				t.true(verdicts.published > 0 && verdicts.refused > 0, `${specimen.name}: ${JSON.stringify(verdicts)}`);
			}
		};
		await Promise.all([lane(), lane()]);
	});
}
