import type {ProgressEvent} from '../../events.ts';
import type {JobInfo} from '../../job.ts';
import type {Output} from '../output.ts';
import {toProgressRecord} from '../records.ts';
import {createBars} from './bars.ts';
import {createLines} from './lines.ts';
import {plainView} from './plain-view.ts';
import type {FleetState} from './state.ts';

/** How the progress of many copies is shown. */
export interface FleetView {
	readonly active: (job: JobInfo) => void;
	readonly progress: (event: ProgressEvent) => void;
	/** A job is over, however it ended. */
	readonly ended: (job: JobInfo) => void;
	/** One more is settled: the whole got on. */
	readonly advanced: () => void;
	/** A line that is to stay, on standard error. */
	readonly note: (line: string) => void;
	/** A line for the standard output. */
	readonly print: (line: string) => void;
	/** Nothing more is to be drawn, and what was drawn is taken away. */
	readonly end: () => void;
}

export interface FleetViewOptions {
	readonly output: Output;
	readonly state: FleetState;
	/** How many may run at a time. */
	readonly jobs: number;
}

export function createFleetView(options: FleetViewOptions): FleetView {
	const {output} = options;
	switch (output.progressStyle) {
		case 'bar':
			return createBars(options);
		case 'lines':
			return createLines(options);
		case 'records':
			return {
				...plainView(output),
				progress: (event) => {
					output.record(toProgressRecord(event));
				},
			};
		case 'none':
			return plainView(output);
	}
}
