import {InvalidArgumentError} from 'commander';
import test from 'ava';
import {spellOutVerify} from '../../src/cli/arguments/bare-verify.js';
import {
	attachment,
	limitedDuration,
	permissions,
	threadCount,
	rate,
	seconds,
	size,
	wholeNumber,
} from '../../src/cli/arguments/values.js';
import {checksumLine} from '../../src/cli/job/result-text.js';
import {printable} from '../../src/cli/text/printable.js';
import {formatBytes, formatCount, formatDuration, formatRate, formatTimeLeft} from '../../src/cli/text/quantities.js';
import {inWordsOfTheShell} from '../../src/cli/text/words-of-the-shell.js';

type Read = (value: string) => unknown;

const READ: readonly (readonly [read: Read, value: string, meaning: unknown])[] = [
	[limitedDuration, '500ms', 500],
	[limitedDuration, '30s', 30_000],
	[limitedDuration, '2m', 120_000],
	[limitedDuration, '1.5h', 5_400_000],
	[limitedDuration, '.5s', 500],
	[limitedDuration, '24d', 2_073_600_000],
	[limitedDuration, 'none', Infinity],
	[seconds, '250ms', 0.25],
	[seconds, '0s', 0],
	[size, '20MB', 20_000_000],
	[size, '20MiB', 20_971_520],
	[size, '1.5 GB', 1_500_000_000],
	[size, '100', 100],
	[rate, '20MB', 20_000_000],
	[rate, '20MB/s', 20_000_000],
	[wholeNumber, '-5', -5],
	[threadCount, '1024', 1024],
	[permissions, '640', 0o640],
	[permissions, '0600', 0o600],
	[permissions, '0o444', 0o444],
	[attachment, 'old=a=b.db', {old: 'a=b.db'}],
];

for (const [read, value, meaning] of READ) {
	test.serial(`${read.name}: ${value} is ${String(meaning)}`, (t) => {
		t.deepEqual(read(value), meaning);
	});
}

const REFUSED: readonly (readonly [read: Read, ...values: string[]])[] = [
	[limitedDuration, '', '5', '-5s', '5 parsecs', '5,5s', 's', '1h30', 'Infinity', '1e3ms', 'never', '0s', '25d'],
	[seconds, '0.25', '-1s', 'none', '25d'],
	// Other libraries take 20M for 20 bytes.
	[size, '', '0', '0MB', '20M', '-5MB', 'MB', '20MBs', '20MB/s', '1e6', 'Infinity'],
	[rate, '', '0MB/s', '20M/s', '20MB/m', '/s'],
	[wholeNumber, '', '1.5', '1e3', '0x10', 'one'],
	[threadCount, '0', '-1', '1.5', '1025'],
	[permissions, '', '8', '888', '1777', 'rw', '0x1ff'],
	[attachment, '', 'old', '=a.db'],
];

for (const [read, ...values] of REFUSED) {
	test.serial(`${read.name} refuses what it cannot be sure of`, (t) => {
		for (const value of values) {
			const error = t.throws(() => read(value), {instanceOf: InvalidArgumentError}, value);
			t.regex(error.message, /^Expected .*\.$/);
		}
	});
}

test.serial('databases to attach are collected, each name once', (t) => {
	t.deepEqual(attachment('b=2.db', {a: '1.db'}), {a: '1.db', b: '2.db'});
	t.throws(() => attachment('a=2.db', {a: '1.db'}), {message: /a is there twice/});
});

test.serial('--verify takes no name for its depth', (t) => {
	t.deepEqual(spellOutVerify(['copy', '--verify', 'a.db', 'b.db']), ['copy', '--verify=full', 'a.db', 'b.db']);
	t.deepEqual(spellOutVerify(['copy', 'a.db', 'b.db', '--verify']), ['copy', 'a.db', 'b.db', '--verify=full']);
	for (const args of [
		['--verify', 'quick', 'a'],
		['--verify=quick', 'a'],
		['--', '--verify', 'a'],
		['verify', 'a'],
	]) {
		t.deepEqual(spellOutVerify(args), args);
	}
});

test.serial('quantities', (t) => {
	t.deepEqual([0, 999, 1000, 61_440, 123_179_008, 2e9].map(formatBytes), [
		...['0 B', '999 B', '1 kB', '61.4 kB', '123.2 MB', '2 GB'],
	]);
	t.deepEqual([0, 40, 1234, 59_999, 61_234, 3_661_000].map(formatDuration), [
		...['0ms', '40ms', '1.2s', '59.9s', '1m 1s', '1h 1m 1s'],
	]);
	t.deepEqual([1, 1000, 1001, 200_000].map(formatTimeLeft), ['1s left', '1s left', '2s left', '3m 20s left']);
	t.is(formatRate(143_900_000), '143.9 MB/s');
	t.is(formatCount(10_000), '10,000');
});

test.serial('texts of the library in words of the shell', (t) => {
	t.is(
		inWordsOfTheShell('Name it in the option "attach", or pass a handle that has it attached.'),
		'Name it in the option --attach.',
	);
	t.is(inWordsOfTheShell('Raise "stallTimeout", or lift "maxRate".'), 'Raise --stall-timeout, or lift --max-rate.');
	t.is(inWordsOfTheShell('set "existing" to \'overwrite\''), "set --existing to 'overwrite'");
	t.is(inWordsOfTheShell('and "maxWalBytes" is 5; lower maxThreads'), 'and --max-wal-size is 5; lower --jobs');
	t.is(inWordsOfTheShell('a timeout of 5 ms in /pages/name'), 'a timeout of 5 ms in /pages/name');
});

test.serial('control characters are shown as what they are', (t) => {
	t.is(printable('a\tb\nc\rd\x1B[31m\x9B\u202E\u2028ü🦀'), String.raw`a\tb\nc\rd\u001b[31m\u009b\u202e\u2028ü🦀`);
});

test.serial('the lines of sha256sum', (t) => {
	t.is(checksumLine('abc', '/a b.db'), 'abc  /a b.db');
	t.is(checksumLine('abc', '/a\\b\nc'), String.raw`\abc  /a\\b\nc`);
});
