import {MessageChannel} from 'node:worker_threads';
import type {ExecutionContext} from 'ava';
import {Control} from '../../src/control.js';
import type {CopyRequest, SourceRequest, TargetRequest} from '../../src/protocol.js';
import {createContext, type JobContext} from '../../workers/context.js';

export interface JobOptions {
	readonly source?: SourceRequest;
	readonly target?: Partial<TargetRequest>;
	readonly copy?: Partial<CopyRequest>;
}

const TARGET: TargetRequest = {
	kind: 'file',
	path: '/nowhere/copy.db',
	sweep: false,
	existing: 'replace',
	mode: undefined,
	journalMode: 'keep',
	depth: false,
	checksum: false,
};

const COPY: CopyRequest = {
	pages: 0,
	snapshot: 'auto',
	strategy: 'auto',
	sleepMs: 10,
	stallTimeout: Infinity,
	maxRate: Infinity,
	maxWalBytes: Infinity,
};

/** A job as a worker sees it, of which nobody hears anything. */
export function makeJob(t: ExecutionContext, {source, target, copy}: JobOptions = {}): JobContext {
	const {port1, port2: port} = new MessageChannel();
	t.teardown(() => {
		port1.close();
	});
	return createContext({
		type: 'backup',
		jobId: 'test',
		source: source ?? {kind: 'file', path: '/nowhere/app.db'},
		target: {...TARGET, ...target},
		copy: {...COPY, ...copy},
		restore: undefined,
		report: {steps: false, tickInterval: Infinity},
		port,
		control: new Control().buffer,
		keepChild: 0,
	});
}
