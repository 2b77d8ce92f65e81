import {truncateSync} from 'node:fs';
import {askChild} from '../child.ts';
import {measure} from '../clone/main-file.ts';
import type {JobContext} from '../context.ts';
import {markOf, statFile} from '../identity.ts';
import {enterWalMode} from '../journal-mode.ts';
import {walSize, type Source, type SourceFile} from '../source/open.ts';
import {isEmpty} from '../source/size.ts';
import {watchWal} from '../source/watch-wal.ts';
import {toSqliteError} from '../sqlite.ts';
import {Steps} from '../steps.ts';
import {vacuum as vacuumInto, type Vacuumed} from '../vacuum/vacuum-into.ts';
import type {Strategy} from './strategy.ts';

/** `VACUUM INTO`: a copy without the pages that the source does not use. In a child process, as nothing can stop it. */
export const vacuum: Strategy = {
	name: 'vacuum',
	async copy(source, staging, job) {
		if (isEmpty(source)) throw new Error('There is nothing in an empty database that could be left out');
		const pageSize = Number(source.connection.pragma('main.page_size', {simple: true}));
		// As many as the source has, until it is known how few are left of them.
		const steps = new Steps(job, Math.ceil(Number(source.file?.size ?? 0n) / pageSize), pageSize);
		const look = (): void => {
			const bytes = sizeOfFile(staging);
			if (source.file !== undefined && bytes > mostOf(source.file)) {
				throw new Error('The copy has grown beyond what its source can hold');
			}

			steps.reached(Math.floor(bytes / pageSize));
		};
		const {wal} =
			source.file === undefined
				? vacuumInto(source.connection, staging)
				: await vacuumFile(source, source.file, staging, job, look);
		const measured = measure(staging);
		steps.complete(measured.pages);
		// What it makes is a rollback-journal database, and a copy has the source's journal mode.
		if (wal) enterWalMode(staging);
		return measured;
	},
};

async function vacuumFile(
	{connection}: Source,
	{path, identity}: SourceFile,
	staging: string,
	job: JobContext,
	look: () => void,
): Promise<Vacuumed> {
	for (;;) {
		watchWal(path, job);
		const reply = await askChild('vacuum', {source: path, mark: markOf(identity), staging}, job, {
			onLook: () => {
				watchWal(path, job);
				look();
			},
		});
		if (reply.type === 'unavailable') return vacuumInto(connection, staging);
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
			default:
				answer satisfies never;
		}
	}
}

/** A vacuumed database may still be somewhat larger than before: it may have been packed more tightly. */
const MARGIN = 16 * 1024 * 1024;

/**
 * What can be left of a database at the most, in bytes. Of a damaged one, whose pages lead to each other in many ways, SQLite
 * would fill any disk.
 */
function mostOf({path}: SourceFile): number {
	return 2 * (sizeOfFile(path) + walSize(path)) + MARGIN;
}

function sizeOfFile(path: string): number {
	return Number(statFile(path)?.size ?? 0n);
}
