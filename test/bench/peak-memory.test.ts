import {once} from 'node:events';
import {spawn} from 'node:child_process';
import test from 'ava';
import {TELLS_MEMORY, withPeakMemory} from '../../bench/harness/peak-memory.js';

const where = TELLS_MEMORY ? test.serial : test.serial.skip;

const MEGABYTES = 100;
/** A program that fills so much memory when it is told to, lets go of it, and says so; then it has a child do the same. */
const FILL = `Buffer.alloc(${String(MEGABYTES * 1e6)}, 1); console.log('filled');`;
const PARENT = `
	const {spawn} = require('node:child_process');
	console.log('ready');
	process.stdin.once('data', () => {
		spawn(process.execPath, ['-e', ${JSON.stringify(`${FILL} process.stdin.resume()`)}], {stdio: ['pipe', 'inherit', 'inherit']});
	});
`;

where('tells the memory of a process and of what it starts, above what was there before', async (t) => {
	const parent = spawn(process.execPath, ['-e', PARENT], {stdio: ['pipe', 'pipe', 'inherit']});
	const ended = once(parent, 'close');
	t.teardown(async () => {
		parent.kill('SIGKILL');
		await ended;
	});
	await once(parent.stdout, 'data');
	const idle = await withPeakMemory(parent.pid ?? 0, async () => Promise.resolve());
	t.true(idle.resident < 10e6, String(idle.resident));

	const {resident, own} = await withPeakMemory(parent.pid ?? 0, async () => {
		parent.stdin.write('go');
		await once(parent.stdout, 'data');
	});
	// Some of what it fills may have been there before.
	const expected = 0.9 * MEGABYTES * 1e6;
	t.true(own >= expected && own < 2 * expected, String(own));
	t.true(resident >= own && resident < 3 * expected, String(resident));
});
