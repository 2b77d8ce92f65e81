import {relative, sep} from 'node:path';
import cliProgress, {MultiBar, type GenericFormatter} from 'cli-progress';
import {BAR_PRESET, BAR_STYLE, BAR_TOTAL} from '../job/bar-style.ts';
import {printable} from '../text/printable.ts';
import {formatBytes} from '../text/quantities.ts';
import {plainView} from './plain-view.ts';
import {Slots} from './slots.ts';
import type {FleetView, FleetViewOptions} from './view.ts';

/** Rows that are left to what stands above the bars, so that a terminal never scrolls them away. */
const ROWS_ABOVE = 4;
const USUAL_ROWS = 24;

/** A bar without a total is one that nobody uses just now. */
const SLOT_FORMAT: GenericFormatter = (options, params, payload: unknown) =>
	params.total === 0
		? ''
		: cliProgress.Format.Formatter({...options, format: '{bar} {percentage} %  {name}  {words}'}, params, payload);

/** A bar for the whole and one for each copy that runs, as far as there is room. They are used again and again. */
export function createBars({output, state, jobs}: FleetViewOptions): FleetView {
	const multibar = new MultiBar(BAR_STYLE, BAR_PRESET);
	const room = Math.max(1, (process.stderr.rows || USUAL_ROWS) - ROWS_ABOVE);
	const whole = multibar.create(BAR_TOTAL, 0, {words: state.words});
	const slots = new Slots(
		Array.from({length: Math.min(jobs, room)}, () => {
			return multibar.create(0, 0, {name: '', words: ''}, {format: SLOT_FORMAT});
		}),
	);
	const advanced = (): void => {
		whole.update(Math.floor(state.fraction * BAR_TOTAL), {words: state.words});
	};
	const plain = plainView(output);
	let ended = false;
	const keep = (line: string): void => {
		// With line wrapping, which the bars have switched off, and without the rest of a bar that stood there.
		multibar.log(`\x1B[?7h${line}\x1B[K\n\x1B[?7l`);
	};
	return {
		...plain,
		active: ({id, source}) => {
			const bar = slots.take(id);
			bar?.setTotal(BAR_TOTAL);
			bar?.update(0, {name: printable(shorten(source)), words: ''});
		},
		progress: ({job}) => {
			const {total, remaining, pageSize} = job;
			const percent = total === 0 ? 0 : Math.floor(((total - remaining) / total) * BAR_TOTAL);
			slots.of(job.id)?.update(percent, {words: formatBytes(total * pageSize)});
			advanced();
		},
		ended: ({id}) => {
			slots.release(id)?.setTotal(0);
		},
		advanced,
		note: (line) => {
			if (ended) plain.note(line);
			else keep(line);
		},
		print: (line) => {
			// The standard output may be the same terminal.
			if (ended || !process.stdout.isTTY) plain.print(line);
			else keep(line);
		},
		end: () => {
			if (ended) return;
			ended = true;
			// The last lines to keep wait for this.
			multibar.update();
			multibar.stop();
		},
	};
}

/** From here, unless that leads up and away. */
function shorten(path: string): string {
	const way = relative('.', path);
	return way === '' || way.startsWith(`..${sep}`) ? path : way;
}
