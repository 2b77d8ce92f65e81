import type {ProgressEvent} from '../../events.ts';
import type {Output} from '../output.ts';
import {toProgressRecord} from '../records.ts';
import {createBar} from './bar.ts';
import {createLines} from './lines.ts';

/** How the progress of one copy is shown. */
export interface JobView {
	progress(event: ProgressEvent): void;
	/** Nothing more is to come: what was drawn is taken away. */
	end(): void;
}

export function createJobView(output: Output): JobView {
	switch (output.progressStyle) {
		case 'bar':
			return createBar();
		case 'lines':
			return createLines(output);
		case 'records':
			return {
				progress: (event) => {
					output.record(toProgressRecord(event));
				},
				end: () => undefined,
			};
		case 'none':
			return {progress: () => undefined, end: () => undefined};
	}
}
