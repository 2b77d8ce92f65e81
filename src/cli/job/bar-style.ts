import {Presets, type Options, type Preset} from 'cli-progress';

/** How bars look. What is last may be cut off by the edge of the terminal. */
export const BAR_STYLE: Options = {
	format: '{bar} {percentage} %  {words}',
	stream: process.stderr,
	barsize: 24,
	formatValue: (value, _, type) => (type === 'percentage' ? String(value).padStart(3) : String(value)),
	fps: 10,
	hideCursor: true,
	// A line that is too long would push the ones above it up.
	linewrap: false,
	clearOnComplete: true,
	// Progress may go back, and what is drawn last must be what was told last.
	forceRedraw: true,
	// Signals are not the bar's to answer.
	gracefulExit: false,
};

export const BAR_PRESET: Preset = Presets.shades_classic;
export const BAR_TOTAL = 100;
