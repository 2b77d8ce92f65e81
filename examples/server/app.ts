import {basename} from 'node:path';
import type {Database} from 'better-sqlite3';
import fastify, {type FastifyInstance, type FastifyRequest} from 'fastify';
import type {BackupManager} from 'sqlite-hotcopy';
import {addProgressPage} from '../progress-ui/routes.js';
import {addBackupRoutes} from './backups.js';
import {answerErrors, HttpError} from './errors.js';
import {JobBook} from './job-book.js';
import {addSnapshotRoute} from './snapshot.js';
import {Streams} from './streams.js';

export interface AppOptions {
	readonly manager: BackupManager;
	/** The live database, as the application has it open. */
	readonly database: Database;
	/** The directory for backups. */
	readonly backups: string;
	/** Host names that a proxy on this machine hands on. */
	readonly names?: readonly string[];
	/** Ended jobs that are remembered. */
	readonly history?: number;
	/** Event streams at a time. */
	readonly streams?: number;
	/** Snapshots at a time. */
	readonly snapshots?: number;
}

/** Milliseconds that a backup may take. */
const TIMEOUT = 3_600_000;

const LOOPBACK = /^(?:localhost|::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i;

/** The HTTP side, ready to listen. */
export function buildApp(options: AppOptions): FastifyInstance {
	const {manager, database, backups, names = [], history = 100, snapshots = 4} = options;
	const app = fastify({
		logger: {level: 'warn'},
		bodyLimit: 10_000,
		requestTimeout: 10_000,
		// What a client misspells or gets wrong is refused, rather than left out or bent into shape.
		ajv: {customOptions: {removeAdditional: false, coerceTypes: false}},
	});
	answerErrors(app);
	app.addHook('onRequest', (request, reply, done) => {
		reply.header('cache-control', 'no-store');
		done(refusalOf(request, names));
	});

	const streams = new Streams(options.streams ?? 100);
	app.addHook('preClose', (done) => {
		streams.end();
		done();
	});

	const book = new JobBook({manager, source: database, directory: backups, history});
	addBackupRoutes(app, {book, streams, database: basename(database.name), timeout: TIMEOUT});
	addSnapshotRoute(app, {manager, source: database, directory: backups, limit: snapshots, timeout: TIMEOUT});
	addProgressPage(app);
	return app;
}

function refusalOf(request: FastifyRequest, names: readonly string[]): HttpError | undefined {
	if (isForeign(request)) return new HttpError(403, 'Pages of other sites may not use this server');
	if (!isRebound(request) || names.includes(request.hostname)) return undefined;
	return new HttpError(421, `This server is not known as ${request.hostname}. If it should be, set NAMES to that`);
}

/**
 * Whether a browser asks on behalf of another site's page, which could start backups until the disk is full. It may have a
 * link to the page of this server.
 */
function isForeign({headers, url}: FastifyRequest): boolean {
	const site = headers['sec-fetch-site'];
	return site !== undefined && site !== 'same-origin' && site !== 'none' && url !== '/';
}

/**
 * Whether a name of somebody's has led to this machine itself. The owner of such a name can make a browser take the page of
 * another site for one of this server's, and so read the database.
 */
function isRebound({hostname, socket: {localAddress = ''}}: FastifyRequest): boolean {
	return LOOPBACK.test(localAddress) && !LOOPBACK.test(hostname.replace(/^\[(.*)\]$/, '$1'));
}
