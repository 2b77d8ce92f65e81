import {Control} from '../src/control.ts';
import type {BackupRequest} from '../src/protocol.ts';
import {Patience} from './patience.ts';
import {Reporter} from './reporter.ts';

/** What every stage of a job works with. */
export interface JobContext {
	readonly request: BackupRequest;
	readonly control: Control;
	readonly reporter: Reporter;
	readonly patience: Patience;
}

export function createContext(request: BackupRequest): JobContext {
	const control = new Control(request.control);
	const reporter = new Reporter(request, control);
	const patience = new Patience(request.copy, control, reporter);
	return {request, control, reporter, patience};
}
