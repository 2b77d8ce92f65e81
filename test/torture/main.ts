/** `npm run torture -- --rounds 2000`, or `-- --rounds 50 --life 10000` for fewer processes and more copies. */
import '../../src/node-version.js';
import {parseArgs} from 'node:util';
import {torture} from './torture.js';

const {values} = parseArgs({
	options: {rounds: {type: 'string', default: '100'}, life: {type: 'string', default: '500'}},
});

function count(name: keyof typeof values): number {
	const value = Number(values[name]);
	if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} must be a whole number of 1 or more`);
	return value;
}

const summary = await torture({
	rounds: count('rounds'),
	life: count('life'),
	log: (line) => {
		console.log(line);
	},
});
console.log(summary);
