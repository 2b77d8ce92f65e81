import type {Output} from '../output.ts';
import type {FleetView} from './view.ts';

/** Of the lines, all; of the progress, nothing. */
export function plainView(output: Output): FleetView {
	return {
		active: () => undefined,
		progress: () => undefined,
		ended: () => undefined,
		advanced: () => undefined,
		note: (line) => {
			process.stderr.write(`${line}\n`);
		},
		print: (line) => {
			output.print(line);
		},
		end: () => undefined,
	};
}
