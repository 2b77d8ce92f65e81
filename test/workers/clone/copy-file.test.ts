import {closeSync, openSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {copyWhole} from '../../../workers/clone/copy-file.js';
import {listDirectory, makeDirectory} from '../../helpers/directory.js';
import {canMount, mountVolume} from '../../helpers/volume.js';

async function copyToNothing(t: ExecutionContext, directory: string, readAgain: boolean): Promise<void> {
	const source = join(directory, 'app.db');
	writeFileSync(source, 'a database');
	const descriptor = openSync(source, 'r');
	t.teardown(() => {
		closeSync(descriptor);
	});

	const copying = copyWhole(descriptor, join(directory, 'copy.db'), readAgain, () => Promise.resolve());

	await t.throwsAsync(copying, {code: 'ENOENT'});
	t.deepEqual(listDirectory(directory), ['app.db']);
}

for (const readAgain of [false, true]) {
	const how = readAgain ? "through the system's cache" : 'past it';
	test.serial(`a staging file that an aborted job has removed is not made anew: ${how}`, async (t) => {
		await copyToNothing(t, makeDirectory(t), readAgain);
	});
}

(canMount('btrfs') ? test.serial : test.serial.skip)(
	'a staging file that an aborted job has removed is not made anew: where blocks are shared',
	async (t) => {
		await copyToNothing(t, mountVolume(t, 'btrfs'), false);
	},
);
