import test from 'ava';
import {BackupManager} from '../../src/index.js';
import {asUsageError} from '../../src/cli/errors/usage-error.js';
import {runSession} from '../../src/cli/session.js';
import {Stop} from '../../src/cli/stop.js';

async function exitCodeOf(t: {teardown: (stop: () => void) => void}, error: unknown): Promise<number> {
	const stop = new Stop();
	t.teardown(() => {
		stop.dispose();
	});
	return await runSession(stop, {json: true}, () => {
		throw error;
	});
}

test.serial(
	'a value that the library refuses is an error of the command line; a defect in mid-run is not',
	async (t) => {
		const refusal: unknown = t.throws(() => new BackupManager({maxThreads: -1}), {instanceOf: RangeError});

		t.is(await exitCodeOf(t, asUsageError(refusal)), 2);
		t.is(await exitCodeOf(t, new TypeError('Cannot read properties of undefined')), 1);
		t.is(await exitCodeOf(t, asUsageError(new Error('The disk is full'))), 1);
	},
);
