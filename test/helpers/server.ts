import {once} from 'node:events';
import {mkdirSync} from 'node:fs';
import {get, type IncomingMessage} from 'node:http';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {buildApp, type AppOptions} from '../../examples/server/app.js';
import {isEnded, type JobView} from '../../examples/server/job-view.js';
import {BackupManager, type ManagerOptions} from '../../src/index.js';
import {makeAccounts, type AccountsOptions} from './database.js';
import {makeMemoryDirectory} from './memory-directory.js';

export type ServerOptions = Omit<AppOptions, 'manager' | 'database' | 'backups'> & {
	readonly accounts?: AccountsOptions;
	readonly managerOptions?: ManagerOptions;
};

/** The server of the examples in this process, on a port of its own. */
export interface Server {
	readonly url: string;
	readonly manager: BackupManager;
	/** The path of its live database. */
	readonly database: string;
	/** The directory for its backups. */
	readonly backups: string;
	readonly request: (method: string, path: string, body?: unknown) => Promise<Response>;
	/** Starts a backup that is to be accepted. */
	readonly start: (body?: unknown) => Promise<JobView>;
	/** Waits until a job has ended. */
	readonly follow: (id: string) => Promise<JobView>;
	readonly list: () => Promise<readonly JobView[]>;
}

/** A rate at which a backup of the server's database takes minutes. */
export const SLOW = 100_000;

export async function startServer(t: ExecutionContext, options: ServerOptions = {}): Promise<Server> {
	const {accounts = {wal: true, accounts: 2500, filler: 4000}, managerOptions, ...appOptions} = options;
	const directory = makeMemoryDirectory(t);
	const path = join(directory, 'app.db');
	const backups = join(directory, 'backups');
	mkdirSync(backups);
	const database = makeAccounts(path, accounts);
	const manager = new BackupManager({maxThreads: 1, ...managerOptions});
	const app = buildApp({manager, database, backups, ...appOptions});
	const url = await app.listen({port: 0, host: '127.0.0.1'});
	t.teardown(async () => {
		await manager.destroy();
		app.server.closeAllConnections();
		await app.close();
		database.close();
	});

	return {url, manager, database: path, backups, ...makeClient(url)};
}

type Client = Pick<Server, 'request' | 'start' | 'follow' | 'list'>;

/** What a client does with a server, wherever it runs. */
export function makeClient(url: string): Client {
	const request: Client['request'] = async (method, path, body) =>
		await fetch(`${url}${path}`, {
			method,
			...(body === undefined ? {} : {headers: {'content-type': 'application/json'}, body: JSON.stringify(body)}),
		});
	return {
		request,
		async start(body) {
			const response = await request('POST', '/backups', body);
			if (response.status !== 202) throw new Error(`${String(response.status)}: ${await response.text()}`);
			return (await response.json()) as JobView;
		},
		async follow(id) {
			// The stream ends with the job.
			await (await request('GET', `/backups/${id}/events`)).text();
			const job = (await (await request('GET', `/backups/${id}`)).json()) as JobView;
			if (!isEnded(job)) throw new Error(`The events of a job that is ${job.state} have ended`);
			return job;
		},
		async list() {
			const {jobs} = (await (await request('GET', '/backups')).json()) as {readonly jobs: readonly JobView[]};
			return jobs;
		},
	};
}

/** A snapshot of which only the head was read: nothing more is, until the caller does. */
export async function openSnapshot(url: string): Promise<IncomingMessage> {
	const [response] = (await once(get(`${url}/snapshot`, {agent: false}), 'response')) as [IncomingMessage];
	return response;
}

/** What a request gets once there is room for it. */
export async function whenThereIsRoom<Answer extends {readonly status: number}>(
	request: () => Promise<Answer>,
): Promise<Answer> {
	for (;;) {
		const answer = await request();
		if (answer.status !== 503) return answer;
	}
}
