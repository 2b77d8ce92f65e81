import {closeSync, openSync} from 'node:fs';
import type {JobContext} from '../context.ts';
import {codeOf, targetError} from '../failures.ts';
import {Steps} from '../steps.ts';
import {writeAll} from '../write-all.ts';
import {readImage, type Image} from './image.ts';
import type {Strategy} from './strategy.ts';

/** What is written in one go; an abort is seen between two. */
const SLICE_BYTES = 1024 * 1024;

/** One read of the whole database into memory, and one write. No lock is held on the source while it is written. */
export const serialize: Strategy = {
	name: 'serialize',
	// eslint-disable-next-line @typescript-eslint/require-await -- the work is done in this thread, which is there for it
	async copy(source, staging, job) {
		const image = readImage(source, job);
		try {
			write(image, staging, job);
		} catch (error) {
			// Of this write, only the target's disk can be to blame.
			throw codeOf(error) === '' ? error : targetError(job.request.target.path, error);
		}

		return {pages: image.pages, pageSize: image.pageSize};
	},
};

function write({bytes, pages, pageSize}: Image, staging: string, job: JobContext): void {
	const steps = new Steps(job, pages, pageSize);
	const descriptor = openSync(staging, 'r+');
	try {
		for (let offset = 0; offset < bytes.length; offset += SLICE_BYTES) {
			job.patience.throwIfCancelled();
			const slice = bytes.subarray(offset, offset + SLICE_BYTES);
			writeAll(descriptor, slice, offset);
			steps.reached(Math.floor((offset + slice.length) / pageSize));
		}
	} finally {
		closeSync(descriptor);
	}
}
