/** `npm run example:tenants`: a database for each of 2,000 tenants, all of them backed up in one loop. */
import {mkdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {BackupManager} from 'sqlite-hotcopy';
import {withTemporaryDirectory} from './demo/temporary.js';
import {checkCopies, damage, fileOf, makeTenants} from './tenants/databases.js';
import {describeRun, type Failure} from './tenants/report.js';

const TENANTS = 2000;
/** One whose file is damaged: it fails, and the others go on. */
const DAMAGED = 42;

await withTemporaryDirectory('hotcopy-tenants-', tmpdir(), async (directory, {signal}) => {
	const live = join(directory, 'live');
	const backups = join(directory, 'backups');
	for (const path of [live, backups]) mkdirSync(path);
	console.log(`Making ${String(TENANTS)} databases`);
	await makeTenants(live, TENANTS, signal);
	damage(fileOf(live, DAMAGED));

	await using manager = new BackupManager();
	const failures: Failure[] = [];
	const start = performance.now();
	for await (const outcome of manager.backupAll(listRequests(live, backups), {signal})) {
		if (outcome.status === 'rejected') failures.push({tenant: outcome.request.tenant, reason: outcome.reason});
	}

	const seconds = (performance.now() - start) / 1000;
	console.log(describeRun(manager.stats, seconds, failures));
	const failed = new Set(failures.map(({tenant}) => tenant));
	const copied = Array.from({length: TENANTS}, (_, tenant) => tenant).filter((tenant) => !failed.has(tenant));
	await checkCopies(backups, copied, signal);
	console.log(`Opened ${String(copied.length)} copies: each is its tenant's`);
});

/** Made one by one as there is room for them, so there may be millions. What else is in a request comes back with its outcome. */
function* listRequests(live: string, backups: string): Generator<{tenant: number; source: string; target: string}> {
	for (let tenant = 0; tenant < TENANTS; tenant++) {
		yield {tenant, source: fileOf(live, tenant), target: fileOf(backups, tenant)};
	}
}
