/** An HTTP server that reads a row for each request, and copies its database when the bench says so. */
import {randomInt} from 'node:crypto';
import Database from 'better-sqlite3';
import fastify from 'fastify';
import type {Opened} from '../callers/caller.js';
import {Copying, type Outcome, type Requested} from '../callers/copying.js';
import {CALLERS, type CallerName} from '../callers/index.js';
import {serve} from '../harness/serve.js';

export interface ServerMethods {
	/** @returns the address to ask */
	listen(source: string): Promise<string>;
	/** Loads what copies are made with, in this very process. */
	prepare(source: string, name: CallerName): Promise<void>;
	/** Makes one copy. */
	copy(target: string, requested: Requested): Promise<Outcome>;
}

interface Account {
	readonly id: number;
	readonly balance: number;
}

/** What Fastify writes the answers by. https://fastify.dev/docs/latest/Reference/Validation-and-Serialization/ */
const ACCOUNT = {type: 'object', properties: {id: {type: 'integer'}, balance: {type: 'integer'}}};

/** Connections that wait while the server is kept: with fewer, clients would try again a second later, which tells nothing of it. */
const BACKLOG = 4096;

let opened: Opened | undefined;

serve<ServerMethods>({
	async listen(source) {
		const database = new Database(source);
		const accounts = database.prepare<[], number>('SELECT max(id) FROM account').pluck().get() ?? 0;
		const find = database.prepare<[number], Account>('SELECT id, balance FROM account WHERE id = ?');
		const server = fastify();
		server.get('/account', {schema: {response: {200: ACCOUNT}}}, () => find.get(1 + randomInt(accounts)));
		const address = await server.listen({host: '127.0.0.1', port: 0, backlog: BACKLOG});
		return `${address}/account`;
	},
	async prepare(source, name) {
		const caller = await CALLERS[name]();
		opened = await caller.open(source, {});
	},
	async copy(target, requested) {
		if (opened === undefined) throw new Error('There is nothing to copy with');
		return new Copying(opened, target, requested).settled;
	},
});
