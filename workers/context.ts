import {Control} from '../src/control.ts';
import type {BackupRequest} from '../src/protocol.ts';
import {Patience} from './patience.ts';
import {Reporter} from './reporter.ts';
import {SilentReporter} from './silent-reporter.ts';

/** What every stage of a job works with. */
export interface JobContext {
	readonly request: BackupRequest;
	readonly control: Control;
	readonly reporter: Reporter;
	readonly patience: Patience;
}

export function createContext(request: BackupRequest): JobContext {
	const control = new Control(request.control);
	return withReporter(request, control, new Reporter(request, control));
}

/** For another copy within a job, which is cancelled with it and of which the caller hears nothing. */
export function createInnerContext({request, control}: JobContext, inner: Partial<BackupRequest>): JobContext {
	const all = {...request, ...inner};
	return withReporter(all, control, new SilentReporter(all, control));
}

function withReporter(request: BackupRequest, control: Control, reporter: Reporter): JobContext {
	return {request, control, reporter, patience: new Patience(request.copy, control, reporter)};
}
