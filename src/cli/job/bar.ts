import {SingleBar} from 'cli-progress';
import {BAR_PRESET, BAR_STYLE, BAR_TOTAL} from './bar-style.ts';
import {JobState} from './state.ts';
import type {JobView} from './view.ts';

/** A bar on a terminal, with rate and time left. */
export function createBar(): JobView {
	const state = new JobState();
	const bar = new SingleBar(BAR_STYLE, BAR_PRESET);
	let drawn = false;
	let ended = false;
	return {
		progress: (event) => {
			// What is being stopped may still tell of itself.
			if (ended) return;
			state.update(event);
			const {fraction, words} = state;
			if (!drawn) bar.start(BAR_TOTAL, 0, {words});
			drawn = true;
			bar.update(Math.floor(fraction * BAR_TOTAL), {words});
		},
		end: () => {
			if (drawn && !ended) bar.stop();
			ended = true;
		},
	};
}
