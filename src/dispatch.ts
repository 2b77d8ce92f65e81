import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {MessageChannel, receiveMessageOnPort, type Transferable} from 'node:worker_threads';
import type {Job} from './job.ts';
import {removeLeftovers, removeStaging} from './leftovers.ts';
import type {WorkerPool} from './pool.ts';
import type {BackupRequest, JobOutcome, TargetRequest, WorkerMessage} from './protocol.ts';
import {receive, type ReportListener} from './reports.ts';
import type {Sweeps} from './sweeps.ts';

/** Beside this a snapshot is staged, where it cannot be taken in memory. There is never a file of this name. */
const SNAPSHOT_PATH = join(tmpdir(), 'hotcopy-snapshot.db');

/**
 * Sends a job to a worker and hands on what comes back. When this returns, every report of the worker has been handed
 * on, and the thread is free or dead.
 *
 * @throws `BackupError` ERR_BACKUP_WORKER when the thread died or could not load.
 */
export async function dispatch(
	job: Job,
	pool: WorkerPool,
	progressInterval: number,
	sweeps: Sweeps,
	listener: Pick<ReportListener, 'onTick' | 'onThrow'>,
): Promise<JobOutcome> {
	const {port1: port, port2} = new MessageChannel();
	const {
		options: {progress},
		target,
	} = job.spec;
	const path = target.kind === 'memory' ? SNAPSHOT_PATH : job.targetPath;
	const directory = dirname(path);
	const sweep = sweeps.isDue(directory, job.askedAt);
	const begunAt = performance.now();
	const stagings = new Set<string>();
	const children = new Set<number>();
	const interrupt = (): void => {
		for (const pid of children) kill(pid);
		// Once each: the number of one that is gone may be another process's.
		children.clear();
	};
	job.interrupt = interrupt;
	const discard = async (): Promise<void> => {
		// First, so that they make no more files.
		interrupt();
		await Promise.all([...stagings].map(removeStaging));
	};
	const reports: ReportListener = {
		...listener,
		progress,
		onStaging: (file) => {
			stagings.add(file);
			// It comes after the look.
			if (sweep) sweeps.done(directory, begunAt);
			job.discard = discard;
		},
		onImage: (bytes) => {
			job.image = bytes;
		},
		onChild: (pid, running) => {
			pool.noteChild();
			if (running) children.add(pid);
			else children.delete(pid);
		},
	};
	const hand = (message: WorkerMessage): void => {
		receive(message, job.control, reports);
	};
	port.on('message', hand);

	try {
		await removeLeftovers();
		const request = toRequest(job, port2, progressInterval, {path, sweep}, pool);
		const transfer: Transferable[] = [port2];
		if (request.source.kind === 'bytes') transfer.push(request.source.bytes);
		return await pool.run(request, transfer);
	} catch (error) {
		drain(port, hand);
		// A dead thread could not clean up. Its process lives on, so no other process may take the files for stale ones.
		await discard();
		throw error;
	} finally {
		// The outcome comes through another port and may overtake the last reports.
		drain(port, hand);
		port.close();
	}
}

function toRequest(
	job: Job,
	port: BackupRequest['port'],
	progressInterval: number,
	{path, sweep}: Pick<TargetRequest, 'path' | 'sweep'>,
	pool: Pick<WorkerPool, 'keepChild'>,
): BackupRequest {
	const {source, target, options, restore} = job.spec;
	return {
		type: 'backup',
		jobId: job.id,
		source,
		target: {
			kind: target.kind,
			path,
			sweep,
			existing: target.existing,
			mode: options.mode,
			journalMode: options.journalMode,
			depth: options.verify,
			checksum: options.checksum,
		},
		restore: restore && {safetyCopy: job.safetyPath},
		copy: {
			pages: Math.max(0, options.pages),
			snapshot: options.snapshot,
			strategy: options.strategy,
			sleepMs: options.sleep * 1000,
			stallTimeout: options.stallTimeout,
			maxRate: options.maxRate,
			maxWalBytes: options.maxWalBytes,
		},
		report: {steps: options.progress !== undefined, tickInterval: progressInterval},
		port,
		control: job.control.buffer,
		keepChild: pool.keepChild,
	};
}

function drain(port: BackupRequest['port'], hand: (message: WorkerMessage) => void): void {
	for (let entry = receiveMessageOnPort(port); entry !== undefined; entry = receiveMessageOnPort(port)) {
		// Only our own worker has the other end of this port.
		hand(entry.message as WorkerMessage);
	}
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It is gone already.
	}
}
