import {join} from 'node:path';
import test from 'ava';
import {BackupManager} from '../../src/index.js';
import {STRATEGY_NAMES} from '../../src/options.js';
import {trySource, type Trial, type Verdict} from '../helpers/hostile-source.js';
import {makeMemoryDirectory} from '../helpers/memory-directory.js';
import {askPython} from '../helpers/second-opinion.js';
import {makeSpecimens, type Specimen, type SpecimenFile} from '../helpers/specimens.js';
import {wholeFile} from '../helpers/whole-file.js';

interface Cut {
	readonly specimen: string;
	readonly suffix: SpecimenFile['suffix'];
	/** Bytes before the first page or frame, and in each. */
	readonly header: number;
	readonly unit: (pageSize: number) => number;
	/** What must become of it; undefined where it depends on what was lost. */
	readonly verdict?: Verdict;
}

/** https://sqlite.org/fileformat2.html */
const CUTS: readonly Cut[] = [
	// The header says how many pages there were.
	{specimen: 'rollback', suffix: '', header: 100, unit: (page) => page, verdict: 'refused'},
	{specimen: 'auto_vacuum', suffix: '', header: 100, unit: (page) => page, verdict: 'refused'},
	// What is lost may be in the WAL.
	{specimen: 'wal', suffix: '', header: 100, unit: (page) => page},
	// Recovery goes to the last whole commit, and before the first to the database as it is.
	{specimen: 'wal', suffix: '-wal', header: 32, unit: (page) => page + 24, verdict: 'published'},
	{specimen: 'all in the wal', suffix: '-wal', header: 32, unit: (page) => page + 24, verdict: 'published'},
	{specimen: 'hot journal', suffix: '-journal', header: 512, unit: (page) => page + 8},
];

const directory = makeMemoryDirectory(wholeFile);
const specimens = makeSpecimens(directory);
const manager = new BackupManager({maxThreads: 1});
wholeFile.teardown(() => manager.close());
const trial: Trial = {manager, opinion: askPython(wholeFile), directory: join(directory, 'trial')};

const title = (suffix: string): string => (suffix === '' ? 'database' : suffix.slice(1));

for (const {specimen: name, suffix, header, unit, verdict} of CUTS) {
	for (const [turn, strategy] of STRATEGY_NAMES.entries()) {
		test.serial(`${name}, the ${title(suffix)} cut at each kind of place, by ${strategy}`, async (t) => {
			const specimen = specimens.find((candidate) => candidate.name === name);
			const whole = specimen?.files.find((file) => file.suffix === suffix);
			if (specimen === undefined || whole === undefined) throw new Error(`There is no specimen "${name}"`);
			const verdicts = new Set<Verdict>();

			for (const length of placesIn(whole.bytes.length, header, unit(specimen.pageSize), turn)) {
				const found = await trySource(cut(specimen, suffix, length), trial, {strategy});
				verdicts.add(found);
				if (verdict !== undefined) t.is(found, verdict, `cut to ${String(length)} bytes`);
			}

			// A cut that is never refused has not lost what matters.
			if (verdict === undefined) t.true(verdicts.has('refused'));
		});
	}
}

test.serial('a database that was cut to nothing beside a WAL is no empty database', async (t) => {
	const inWal = specimens.filter(({files}) => files.some(({suffix}) => suffix === '-wal'));
	// SQLite would take one byte for none.
	for (const length of [0, 1]) {
		for (const specimen of inWal) {
			// That includes that the WAL, which holds all that is left, is still there.
			for (const strategy of STRATEGY_NAMES) {
				t.is(await trySource(cut(specimen, '', length), trial, {strategy}), 'refused', specimen.name);
			}
		}
	}
});

/**
 * In the header; around the first pages or frames, byte by byte; at the starts of the others, and in their middles, which
 * the strategies share out among themselves.
 */
function placesIn(size: number, header: number, unit: number, turn: number): number[] {
	const first = header === 100 ? 0 : header;
	const places = [2, 15, 18, header - 1, header, header + 1];
	const others: number[] = [];
	for (let start = first; start < size; start += unit) {
		const middle = start + Math.floor(unit / 2);
		if (start >= first + 2 * unit) others.push(start, middle);
		else places.push(start - 1, start, start + 1, start + 23, start + 24, start + 25, middle);
	}

	places.push(...others.filter((_, index) => index % STRATEGY_NAMES.length === turn));
	return [...new Set(places)].filter((place) => place > 1 && place < size);
}

function cut({files}: Specimen, suffix: SpecimenFile['suffix'], length: number): SpecimenFile[] {
	return files.map((file) => (file.suffix === suffix ? {suffix, bytes: file.bytes.subarray(0, length)} : file));
}
