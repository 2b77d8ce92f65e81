import test from 'ava';
import {interleave, type Contender, type Series} from '../../bench/harness/rounds.js';

interface Named extends Contender<number> {
	readonly name: string;
}

interface Run {
	readonly order: readonly string[];
	readonly series: readonly Series<number, Named>[];
}

const never = new AbortController().signal;

/** @param samples what each contender measures, round by round; an error is thrown */
async function run(
	samples: Record<string, readonly (number | Error)[]>,
	budget = Infinity,
	isFinal?: (sample: number) => boolean,
): Promise<Run> {
	const order: string[] = [];
	const contenders = Object.entries(samples).map(([name, all]): Named => {
		const rest = [...all];
		return {
			name,
			async measure() {
				order.push(name);
				const sample = rest.shift() ?? new Error('asked once too often');
				if (sample instanceof Error) throw sample;
				return Promise.resolve(sample);
			},
		};
	});
	const series = await interleave(
		contenders,
		{
			rounds: 3,
			budget,
			...(isFinal === undefined ? {} : {isFinal}),
			seconds: (sample: number) => sample,
			onSample: () => undefined,
			onFailure: () => undefined,
		},
		never,
	);
	return {order, series};
}

test.serial('everyone has a turn in each round, and each round begins with another', async (t) => {
	const {order, series} = await run({a: [1, 2, 3], b: [4, 5, 6], c: [7, 8, 9]});
	t.is(order.join(''), 'abc' + 'bca' + 'cab');
	t.deepEqual(
		series.map(({contender, samples}) => [contender.name, ...samples]),
		[
			['a', 1, 2, 3],
			['b', 4, 5, 6],
			['c', 7, 8, 9],
		],
	);
});

test.serial('who fails is out, with the reason, and keeps what it measured before', async (t) => {
	const {order, series} = await run({a: [1, new Error('no such table')], b: [4, 5, 6]});
	t.is(order.join(''), 'ab' + 'ba' + 'b');
	t.deepEqual(series[0]?.samples, [1]);
	t.is(series[0]?.failure, 'no such table');
	t.is(series[1]?.failure, undefined);
});

test.serial('who has taken more than its budget is left out, but not before the second round', async (t) => {
	const {series} = await run({slow: [100, 100, 100], fast: [1, 1, 1]}, 10);
	t.deepEqual(
		series.map(({samples}) => samples.length),
		[2, 3],
	);
});

test.serial('whose sample says it all is not measured again', async (t) => {
	const {order, series} = await run({final: [100, 1, 1], other: [1, 1, 1]}, Infinity, (sample) => sample === 100);
	t.is(order.join(' '), 'final other other other');
	t.deepEqual(series[0]?.samples, [100]);
	t.is(series[0]?.failure, undefined);
});

test.serial("an abort ends it at once: what it interrupted is nobody's failure", async (t) => {
	const controller = new AbortController();
	const contender: Contender<number> = {
		async measure() {
			controller.abort(new Error('Ctrl-C'));
			return Promise.reject(new Error('killed'));
		},
	};
	const plan = {rounds: 3, budget: 1, seconds: () => 0, onSample: () => undefined, onFailure: () => undefined};
	await t.throwsAsync(interleave([contender], plan, controller.signal), {message: 'Ctrl-C'});
});
