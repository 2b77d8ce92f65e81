/** `npm run example:prometheus`: what a manager does, as metrics on an HTTP endpoint. */
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import fastify from 'fastify';
import {collectDefaultMetrics, Registry} from 'prom-client';
import {BackupManager} from 'sqlite-hotcopy';
import {withTemporaryDirectory} from './demo/temporary.js';
import {registerMetrics} from './prometheus/metrics.js';
import {makeSample} from './shared/sample.js';

/** Megabytes. */
const SIZE = 8;
/** Ms between two backups. */
const PAUSE = 5000;

await withTemporaryDirectory('hotcopy-prometheus-', tmpdir(), async (directory, {signal}) => {
	const source = join(directory, 'sample.db');
	makeSample(source, SIZE);
	await using manager = new BackupManager();
	const registry = new Registry();
	collectDefaultMetrics({register: registry});
	registerMetrics(registry, manager);

	await using app = fastify();
	app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
	const url = await app.listen({port: Number(process.env['PORT'] ?? 9464)});
	console.log(`Open ${url}/metrics. There is a backup each ${String(PAUSE / 1000)} s, until Ctrl-C.`);
	for (let count = 1; !signal.aborted; count++) {
		// Every third fails, to be seen in the metrics: there is no such directory.
		const target = join(directory, count % 3 === 0 ? 'missing' : '.', 'backup.db');
		await manager.backup(source, target, {signal}).then(
			({durationMs}) => {
				console.log(`Completed in ${durationMs.toFixed(1)} ms`);
			},
			(error: unknown) => {
				console.log(String(error));
			},
		);
		// The signal ends the pause, and then the loop.
		await sleep(PAUSE, undefined, {signal}).catch(() => undefined);
	}
});
