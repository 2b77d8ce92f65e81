import {MessageChannel, receiveMessageOnPort, type MessagePort} from 'node:worker_threads';
import type {ExecutionContext} from 'ava';
import {Control} from '../../src/control.js';
import type {BackupRequest, ReportRequest, StepsMessage, TickMessage, WorkerMessage} from '../../src/protocol.js';
import {Reporter} from '../../workers/reporter.js';

/** A reporter, and what is on the other side of its port and of its control block. */
export interface ReporterScene {
	readonly reporter: Reporter;
	readonly control: Control;
	/** What has come since the last look. */
	readonly received: () => WorkerMessage[];
	/** To hand to another thread instead. */
	readonly port: MessagePort;
}

export function makeReporter(t: ExecutionContext, report: ReportRequest): ReporterScene {
	const {port1: port, port2} = new MessageChannel();
	t.teardown(() => {
		port2.close();
	});
	const control = new Control();
	// All that a reporter looks at.
	const request: Pick<BackupRequest, 'report' | 'port'> = {report, port: port2};
	return {
		reporter: new Reporter(request as BackupRequest, new Control(control.buffer)),
		control,
		received: () => receiveAll(port),
		port,
	};
}

function receiveAll(port: MessagePort): WorkerMessage[] {
	const messages: WorkerMessage[] = [];
	for (let entry = receiveMessageOnPort(port); entry !== undefined; entry = receiveMessageOnPort(port)) {
		messages.push(entry.message as WorkerMessage);
	}

	return messages;
}

export function stepsOf(messages: readonly WorkerMessage[]): StepsMessage[] {
	return messages.filter((message) => message.type === 'steps');
}

export function ticksOf(messages: readonly WorkerMessage[]): TickMessage[] {
	return messages.filter((message) => message.type === 'tick');
}

/** The calls of the callback that a list of runs stands for. */
export function callsOfRuns(runs: readonly StepsMessage[]): [number, number, number][] {
	return runs.flatMap(({status, remaining, total, stride, count}) =>
		Array.from({length: count}, (_, index): [number, number, number] => [status, remaining - index * stride, total]),
	);
}
