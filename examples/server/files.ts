import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {makeSample} from '../shared/sample.js';
import type {Files} from './settings.js';

/** Megabytes: large enough to watch. */
const SAMPLE_SIZE = 32;

/** Runs with the files that are given, or with a sample in a temporary directory, which is removed at the end. */
export async function withFiles(files: Files | undefined, action: (files: Files) => Promise<void>): Promise<void> {
	if (files !== undefined) {
		mkdirSync(files.backups, {recursive: true});
		await action(files);
		return;
	}

	const directory = mkdtempSync(join(tmpdir(), 'hotcopy-server-'));
	try {
		const sample = {database: join(directory, 'sample.db'), backups: join(directory, 'backups')};
		mkdirSync(sample.backups);
		makeSample(sample.database, SAMPLE_SIZE);
		await action(sample);
	} finally {
		rmSync(directory, {recursive: true, force: true});
	}
}
