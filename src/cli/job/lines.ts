import type {Output} from '../output.ts';
import {LineTimer} from '../text/line-timer.ts';
import {JobState} from './state.ts';
import type {JobView} from './view.ts';

/** Plain lines, for a log: some ten of them at the most, unless the copy has to wait. */
export function createLines(output: Output): JobView {
	const state = new JobState();
	const timer = new LineTimer();
	return {
		progress: (event) => {
			state.update(event);
			if (!timer.isDue(state.fraction)) return;
			output.note(`${String(Math.floor(state.fraction * 100)).padStart(3)} %  ${state.words}`);
		},
		end: () => undefined,
	};
}
