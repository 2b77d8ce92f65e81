import {truncateSync} from 'node:fs';
import {askChild} from '../child.ts';
import {measure} from '../clone/main-file.ts';
import type {JobContext} from '../context.ts';
import {targetError, toError} from '../failures.ts';
import {markOf, statFile} from '../identity.ts';
import {enterWalMode} from '../journal-mode.ts';
import type {Source, SourceFile} from '../source/open.ts';
import {watchWal} from '../source/watch-wal.ts';
import {toSqliteError} from '../sqlite.ts';
import {Steps} from '../steps.ts';
import {vacuum as vacuumInto, type Vacuumed} from '../vacuum/vacuum-into.ts';
import type {Strategy} from './strategy.ts';

/** `VACUUM INTO`: a copy without the pages that the source does not use. In a child process, as nothing can stop it. */
export const vacuum: Strategy = {
	name: 'vacuum',
	async copy(source, staging, job) {
		const {wal} =
			source.file === undefined
				? vacuumInto(source.connection, staging)
				: await vacuumFile(source, source.file, staging, job);
		const measured = measure(staging);
		// What it makes is a rollback-journal database, and a copy has the source's journal mode.
		if (wal) enterWalMode(staging);
		return measured;
	},
};

async function vacuumFile(source: Source, file: SourceFile, staging: string, job: JobContext): Promise<Vacuumed> {
	const pageSize = Number(source.connection.pragma('main.page_size', {simple: true}));
	const steps = new Steps(job, Math.ceil(Number(file.size) / pageSize), pageSize);
	for (;;) {
		const reply = await askChild('vacuum', {source: file.path, mark: markOf(file.identity), staging}, job, {
			onLook: () => {
				watchWal(file.path, job);
				steps.reached(Math.floor(Number(statFile(staging)?.size ?? 0n) / pageSize));
			},
		});
		if (reply.type === 'unavailable') return vacuumInto(source.connection, staging);
		if (reply.type === 'died') throw new Error('The process that vacuumed the source did not live');
		const {answer} = reply;
		switch (answer.type) {
			case 'vacuumed':
				return answer;
			case 'busy':
				truncateSync(staging);
				job.patience.wait('source', toSqliteError(answer));
				break;
			case 'unsuited':
				throw new Error(answer.reason);
			case 'unwritable':
				throw targetError(job.request.target.path, toError(answer));
			default:
				answer satisfies never;
		}
	}
}
