/** Readers of what is written behind an option. Each throws commander's error, which tells of the option as well. */
import bytes from 'bytes-iec';
import {InvalidArgumentError} from 'commander';
import ms, {type StringValue} from 'ms';

/** What an option says that sets no limit. */
const UNLIMITED = 'none';

/** Beyond that, a number is a mistake: a system would run out of threads before it is reached. */
const MOST_THREADS = 1024;

/** Milliseconds: longer than that, no timer of Node.js runs. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST = 2_147_483_647;

/** Milliseconds. The unit must be there: the library counts some times in seconds and others in milliseconds. */
function duration(value: string, or = ''): number {
	const time = isTime(value) ? ms(value) : NaN;
	if (time <= LONGEST) return time;
	throw new InvalidArgumentError(
		`Expected a time with its unit, for example 500ms, 30s, 2m or 1.5h, and no more than 24d${or}.`,
	);
}

/** Milliseconds above 0, or Infinity. */
export function limitedDuration(value: string): number {
	if (value === UNLIMITED) return Infinity;
	const or = '; or none for no limit';
	const time = duration(value, or);
	if (time > 0) return time;
	throw new InvalidArgumentError(`Expected a time above 0, for example 30s${or}.`);
}

/** Seconds, of a time that is written with its unit. */
export function seconds(value: string): number {
	return duration(value) / 1000;
}

/** Bytes, one at least: `kB`, `MB`, `GB` are powers of 1,000, `KiB`, `MiB`, `GiB` of 1,024. */
export function size(value: string): number {
	const parsed = /^\d/.test(value) ? parseBytes(value) : null;
	if (parsed !== null && parsed >= 1) return parsed;
	throw new InvalidArgumentError('Expected a size above 0, for example 500kB, 20MB or 1.5GiB.');
}

function parseBytes(value: string): number | null {
	try {
		return bytes.parse(value);
	} catch {
		// The library stumbles over some units that are none, as `iB`.
		return null;
	}
}

/** Bytes a second. */
export function rate(value: string): number {
	try {
		return size(value.replace(/\/s$/, ''));
	} catch {
		throw new InvalidArgumentError('Expected a size a second above 0, for example 500kB, 20MB or 20MB/s.');
	}
}

export function wholeNumber(value: string): number {
	if (/^-?\d+$/.test(value)) return Number(value);
	throw new InvalidArgumentError('Expected a whole number.');
}

/** A count of things that are done at a time, each by a thread. */
export function threadCount(value: string): number {
	const number = wholeNumber(value);
	if (number >= 1 && number <= MOST_THREADS) return number;
	throw new InvalidArgumentError(`Expected a whole number from 1 to ${String(MOST_THREADS)}.`);
}

/** Permission bits, as `chmod` reads them. */
export function permissions(value: string): number {
	if (/^(?:0o?)?[0-7]{3}$/.test(value)) return Number.parseInt(value.replace('0o', ''), 8);
	throw new InvalidArgumentError('Expected permissions in octal, for example 640.');
}

/** `name=path`, as often as there are databases to attach. */
export function attachment(value: string, previous: Readonly<Record<string, string>> = {}): Record<string, string> {
	const separator = value.indexOf('=');
	if (separator < 1) throw new InvalidArgumentError('Expected a name and a path, for example archive=archive.db.');
	const name = value.slice(0, separator);
	// As SQLite compares them.
	const isSame = (other: string): boolean => other.toLowerCase() === name.toLowerCase();
	if (Object.keys(previous).some(isSame)) throw new InvalidArgumentError(`The name ${name} is there twice.`);
	return {...previous, [name]: value.slice(separator + 1)};
}

/** A number and a word; which words are units, `ms` knows. */
function isTime(value: string): value is StringValue {
	return /^\d*\.?\d+\s*[a-z]+$/i.test(value);
}
