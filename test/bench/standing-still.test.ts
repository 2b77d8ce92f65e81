import test from 'ava';
import {atOnce} from '../../bench/harness/standing-still.js';

const pause = (from: number, to: number): {readonly from: number; readonly to: number} => ({from, to});

test.serial('programs stand still together where the pauses of all overlap', (t) => {
	const first = [pause(0, 10), pause(20, 30), pause(40, 50)];
	const second = [pause(5, 22), pause(24, 26), pause(30, 40), pause(45, 60)];
	const both = [pause(5, 10), pause(20, 22), pause(24, 26), pause(45, 50)];
	t.deepEqual(atOnce([first, second]), both);
	t.deepEqual(atOnce([second, first]), both);
	t.deepEqual(atOnce([first, second, [pause(8, 25)]]), [pause(8, 10), pause(20, 22), pause(24, 25)]);
});

test.serial('a program stands still in each of its own pauses, and with one that has none never', (t) => {
	const pauses = [pause(0, 10), pause(20, 30)];
	t.deepEqual(atOnce([pauses]), pauses);
	t.deepEqual(atOnce([pauses, []]), []);
});
