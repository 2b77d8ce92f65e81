import type {FastifyInstance} from 'fastify';
import {AbortError, BackupError, type BackupErrorCode} from 'sqlite-hotcopy';
import {viewError} from './job-view.js';

/** An answer other than what was asked for. */
export class HttpError extends Error {
	readonly statusCode: number;

	constructor(statusCode: number, message: string) {
		super(message);
		this.statusCode = statusCode;
	}
}

/** What lies in the moment, not in the request: it may succeed later. */
const UNAVAILABLE: ReadonlySet<BackupErrorCode> = new Set([
	'ERR_BACKUP_QUEUE_FULL',
	'ERR_BACKUP_CLOSED',
	'ERR_BACKUP_BUSY',
]);

/** Seconds after which a client may try again. */
const RETRY_AFTER = 5;

/** Answers errors with their code and message, as JSON. */
export function answerErrors(app: FastifyInstance): void {
	app.setErrorHandler((error, request, reply) => {
		const statusCode = statusOf(error);
		if (statusCode === 503) reply.header('retry-after', RETRY_AFTER);
		if (statusCode === 500) request.log.error(error);
		const known = statusCode !== 500 || error instanceof BackupError;
		return reply
			.code(statusCode)
			.send({statusCode, ...(known ? viewError(error) : {message: 'Internal server error'})});
	});
	app.setNotFoundHandler((request) => {
		throw new HttpError(404, `There is no ${request.method} ${request.url}`);
	});
}

function statusOf(error: unknown): number {
	if (error instanceof BackupError) return UNAVAILABLE.has(error.code) ? 503 : 500;
	// The server shuts down, or there is nobody left to answer.
	if (error instanceof AbortError) return 503;
	if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
	return 500;
}
