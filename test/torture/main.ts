/** `npm run torture -- --rounds 2000` */
import '../../src/node-version.js';
import {parseArgs} from 'node:util';
import {torture} from './torture.js';

const {values} = parseArgs({options: {rounds: {type: 'string', default: '100'}}});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds must be a whole number of 1 or more');

const summary = await torture({
	rounds,
	log: (line) => {
		console.log(line);
	},
});
console.log(summary);
