/**
 * `npm run torture -- --rounds 2000`, `-- --rounds 50 --life 10000` for fewer processes and more copies, or
 * `-- --within /mnt/btrfs` for another file system.
 */
import '../../src/node-version.js';
import {parseArgs} from 'node:util';
import {torture} from './torture.js';

const {values} = parseArgs({
	options: {
		rounds: {type: 'string', default: '100'},
		life: {type: 'string', default: '500'},
		within: {type: 'string'},
	},
});

function count(name: 'rounds' | 'life'): number {
	const value = Number(values[name]);
	if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} must be a whole number of 1 or more`);
	return value;
}

const summary = await torture({
	rounds: count('rounds'),
	life: count('life'),
	...(values.within === undefined ? {} : {within: values.within}),
	log: (line) => {
		console.log(line);
	},
});
console.log(summary);
// Backups that failed without need: each is to end in spite of the others.
if (Object.keys(summary.failures).length > 0) process.exitCode = 1;
