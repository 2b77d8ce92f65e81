import test from 'ava';
import {fitLine} from '../../bench/harness/fit-line.js';

test.serial('finds a line that goes through all points', (t) => {
	const {intercept, slope, worstDeviation} = fitLine([0.02, 1, 1000].map((x) => ({x, y: 2 + 0.5 * x})));
	t.true(Math.abs(intercept - 2) < 1e-9);
	t.true(Math.abs(slope - 0.5) < 1e-9);
	t.true(worstDeviation < 1e-9);
});

test.serial('a tenth too much on the largest point does not spoil the intercept', (t) => {
	const points = [0.02, 0.1, 1, 10, 1000].map((x) => ({x, y: 2 + 0.5 * x}));
	points[4] = {x: 1000, y: 1.1 * 502};
	const {intercept, worstDeviation} = fitLine(points);
	// By plain least squares it would be 1.86.
	t.true(Math.abs(intercept - 2) < 0.05, String(intercept));
	t.true(worstDeviation > 0.02 && worstDeviation < 0.1, String(worstDeviation));
});
