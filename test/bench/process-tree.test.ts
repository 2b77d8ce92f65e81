import {once} from 'node:events';
import {spawn} from 'node:child_process';
import test from 'ava';
import {processTree, withCpuSeconds} from '../../bench/harness/process-tree.js';

const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

/** A program that uses the processor for so long, by its own account, and then says so. */
const BURN = 'const use = process.cpuUsage; while (use().user + use().system < 200_000); console.log("burnt");';
/** One that has a child which ends, and then one which stays until its input closes. */
const PARENT = `
	const {spawn, spawnSync} = require('node:child_process');
	spawnSync(process.execPath, ['-e', ${JSON.stringify(BURN)}]);
	spawn(process.execPath, ['-e', ${JSON.stringify(`${BURN} process.stdin.resume()`)}], {stdio: 'inherit'});
`;

onLinux('counts the processor time of a process, of its running children and of those that have ended', async (t) => {
	const parent = spawn(process.execPath, ['-e', PARENT], {stdio: ['pipe', 'pipe', 'inherit']});
	const ended = once(parent, 'close');
	const end = async (): Promise<void> => {
		parent.kill('SIGKILL');
		parent.stdin.destroy();
		await ended;
	};
	t.teardown(end);
	const pid = parent.pid ?? 0;
	const [, running] = await withCpuSeconds(pid, async () => once(parent.stdout, 'data'));
	t.is(processTree(pid).length, 2);
	// To 10 ms for each of the two.
	t.true((running ?? 0) >= 0.38, String(running));
	await end();
	t.deepEqual(processTree(pid), []);
});
