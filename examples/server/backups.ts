import {parse} from 'node:path';
import type {FastifyInstance} from 'fastify';
import {HttpError} from './errors.js';
import type {ServerSentEvent} from './event-stream.js';
import type {JobBook} from './job-book.js';
import {isEnded, type JobView} from './job-view.js';
import {BACKUP_REQUEST, JOB_PARAMETERS, type BackupRequest, type JobParameters} from './schemas.js';
import type {Streams} from './streams.js';

export interface BackupRoutesOptions {
	readonly book: JobBook;
	readonly streams: Streams;
	/** The database's file, which backups without a name are called after. */
	readonly database: string;
	/** Milliseconds that a backup may take. */
	readonly timeout: number;
}

/** `/backups`: start, list, watch, abort. */
export function addBackupRoutes(app: FastifyInstance, {book, streams, database, timeout}: BackupRoutesOptions): void {
	app.post<{Body: BackupRequest | null}>('/backups', {schema: {body: BACKUP_REQUEST}}, async (request, reply) => {
		const {name = nameOf(database), ...options} = request.body ?? {};
		// Over a network, what nobody asked for should not replace an older backup.
		const job = await book.start(name, {existing: 'fail', ...options, timeout});
		return reply.code(202).header('location', `/backups/${job.id}`).send(job);
	});

	app.get('/backups', () => ({jobs: book.jobs}));

	const schema = {params: JOB_PARAMETERS};
	app.get<{Params: JobParameters}>('/backups/:id', {schema}, (request) => find(book, request.params));

	app.delete<{Params: JobParameters}>('/backups/:id', {schema}, async (request, reply) => {
		const {id, name} = find(book, request.params);
		const job = await book.abort(id);
		// One that was aborted before is what this request wants, too: it may be repeated.
		if (job?.state === 'aborted') return reply.code(204).send();
		throw new HttpError(409, `The backup ${name} cannot be aborted any more: it is ${job?.state ?? 'gone'}`);
	});

	// A HEAD request would never get to its end.
	const events = {schema, exposeHeadRoute: false};
	app.get<{Params: JobParameters}>('/backups/:id/events', events, (request, reply) => {
		const job = find(book, request.params);
		// Browsers connect again when a stream ends. This answer tells those that know the outcome to leave it at that.
		if (isEnded(job) && request.headers['last-event-id'] === String(job.version)) return reply.code(204).send();
		return streams.send(reply, {
			book,
			first: describeJob(job),
			describe: (changed) => (changed.id === job.id ? describeJob(changed) : undefined),
		});
	});

	app.get('/events', {exposeHeadRoute: false}, (_request, reply) =>
		streams.send(reply, {
			book,
			first: {event: 'jobs', data: book.jobs},
			describe: (job) => ({event: 'job', data: job}),
		}),
	);
}

/** `progress` while the job waits and runs, then its outcome. */
function describeJob(job: JobView): ServerSentEvent {
	const last = isEnded(job);
	return {event: last ? job.state : 'progress', data: job, id: String(job.version), last};
}

/** @throws HttpError 404 */
function find(book: JobBook, {id}: JobParameters): JobView {
	const job = book.find(id);
	if (job === undefined) throw new HttpError(404, `There is no backup ${id}, or it ended long ago`);
	return job;
}

function nameOf(database: string): string {
	const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
	return `${parse(database).name}-${time}.db`;
}
