import {LineTimer} from '../text/line-timer.ts';
import {plainView} from './plain-view.ts';
import type {FleetView, FleetViewOptions} from './view.ts';

/** Plain lines about the whole, for a log: some ten of them. */
export function createLines({output, state}: FleetViewOptions): FleetView {
	const timer = new LineTimer();
	const tell = (): void => {
		if (!timer.isDue(state.fraction)) return;
		output.note(`${String(Math.floor(state.fraction * 100)).padStart(3)} %  ${state.words}`);
	};
	return {...plainView(output), progress: tell, advanced: tell};
}
