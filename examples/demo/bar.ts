import {Presets, SingleBar} from 'cli-progress';

/** @param note stands behind the bar */
export type Show = (fraction: number, note: string) => void;

interface Bar {
	readonly show: Show;
	stop(): void;
}

/** Shows how far `action` is: by a bar where there is a terminal to draw it on, otherwise by a plain line now and then. */
export async function withBar<T>(action: (show: Show) => Promise<T>): Promise<T> {
	const bar = process.stdout.isTTY ? terminalBar() : plainLines();
	try {
		return await action(bar.show);
	} finally {
		bar.stop();
	}
}

function terminalBar(): Bar {
	const bar = new SingleBar(
		{
			format: '   {bar} {percentage} %  {note}',
			stream: process.stdout,
			barsize: 30,
			formatValue: (value, _options, type) => (type === 'percentage' ? String(value).padStart(3) : String(value)),
			fps: 20,
			hideCursor: true,
			// Progress may go back, and what is drawn last must be what was told last.
			forceRedraw: true,
			linewrap: false,
		},
		Presets.shades_classic,
	);
	bar.start(100, 0, {note: ''});
	return {
		show: (fraction, note) => {
			bar.update(Math.floor(fraction * 100), {note});
		},
		stop: () => {
			bar.stop();
		},
	};
}

const LINE_INTERVAL = 500;

function plainLines(): Bar {
	let last: string | undefined;
	let shown: string | undefined;
	let shownAt = performance.now();
	const print = (): void => {
		if (last === undefined || last === shown) return;
		console.log(last);
		shown = last;
		shownAt = performance.now();
	};
	return {
		show: (fraction, note) => {
			last = `   ${String(Math.floor(fraction * 100)).padStart(3)} %  ${note}`;
			if (performance.now() - shownAt >= LINE_INTERVAL) print();
		},
		stop: print,
	};
}
