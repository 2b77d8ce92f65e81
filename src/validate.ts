import {inspect} from 'node:util';

/** Says what is wrong with a value: nothing, a wrong type or a wrong range, with what was expected. */
export type Check = (value: unknown) => Problem | undefined;

/** A table of checks with a row for each option, no more and no less. */
export type Checks<T> = {readonly [K in keyof Required<T>]: Check};

interface Problem {
	readonly kind: 'type' | 'range';
	readonly expected: string;
}

/** The longest time in ms that a timer can be set to; beyond it, Node.js fires at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

interface NumberRule {
	readonly min?: number;
	readonly max?: number;
	/** The minimum itself is refused. */
	readonly moreThanMin?: boolean;
	readonly infinity?: boolean;
	readonly unit?: string;
}

/** Options of which none is undefined: one that was given as undefined counts as left out. */
export type Given<T> = {[K in keyof T]: Exclude<T[K], undefined>};

/** The options that were given, each of them right by its check. */
export function checkOptions<T extends object>(what: string, given: T, checks: Checks<T>): Given<T> {
	if (!isRecord(given)) {
		throw new TypeError(`Expected the ${what}s to be an object, but got ${show(given)}`);
	}

	const present: Partial<T> = {};
	for (const key of Object.keys(given)) {
		if (!isKeyOf(checks, key)) {
			throw new TypeError(`Unknown ${what} "${key}".${suggest(key, Object.keys(checks))}`);
		}

		const value = given[key];
		if (value === undefined) continue;
		const problem = checks[key](value);
		if (problem !== undefined) {
			const Kind = problem.kind === 'type' ? TypeError : RangeError;
			throw new Kind(`The ${what} "${key}" must be ${problem.expected}, but got ${show(value)}`);
		}

		present[key] = value;
	}

	// Every key is one of T's, passed its check and is not undefined; what is absent was optional in T.
	return present as Given<T>;
}

function isKeyOf<T extends object>(checks: Checks<T>, key: string): key is Extract<keyof T, string> {
	return Object.hasOwn(checks, key);
}

/** A finite number, or also Infinity where the rule says so. */
export function number(rule: NumberRule): Check {
	return (value) => {
		const expected = describe('a number', rule);
		if (typeof value !== 'number') return {kind: 'type', expected};
		return inRange(value, rule) ? undefined : {kind: 'range', expected};
	};
}

export function integer(rule: NumberRule): Check {
	return (value) => {
		const expected = describe('an integer', rule);
		if (typeof value !== 'number') return {kind: 'type', expected};
		const whole = Number.isInteger(value) || (value === Infinity && rule.infinity === true);
		return whole && inRange(value, rule) ? undefined : {kind: 'range', expected};
	};
}

export function choice(...values: readonly (string | false)[]): Check {
	const expected = `one of ${values.map((value) => inspect(value)).join(', ')}`;
	// A TypeError, as in Node.js itself, also for a string that is none of the allowed ones.
	return instance(expected, (value) => values.some((allowed) => allowed === value));
}

export function callable(value: unknown): Problem | undefined {
	return typeof value === 'function' ? undefined : {kind: 'type', expected: 'a function'};
}

export function text(value: unknown): Problem | undefined {
	return typeof value === 'string' ? undefined : {kind: 'type', expected: 'a string'};
}

export function instance(expected: string, test: (value: unknown) => boolean): Check {
	return (value) => (test(value) ? undefined : {kind: 'type', expected});
}

export function record(expected: string): Check {
	return instance(expected, isRecord);
}

function isRecord(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function list(expected: string): Check {
	return instance(expected, (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

/** A value as an error message shows it: short, on one line. */
export function show(value: unknown): string {
	const shown = inspect(value, {depth: 0, breakLength: Infinity, maxStringLength: 80, maxArrayLength: 3});
	return typeof value === 'object' || typeof value === 'function' || value === undefined
		? shown
		: `${shown} (${typeof value})`;
}

function inRange(value: number, rule: NumberRule): boolean {
	if (Number.isNaN(value)) return false;
	if (!Number.isFinite(value) && !(value === Infinity && rule.infinity === true)) return false;
	if (rule.min !== undefined && (rule.moreThanMin === true ? value <= rule.min : value < rule.min)) return false;
	return rule.max === undefined || value <= rule.max || value === Infinity;
}

function describe(kind: string, {min, max, moreThanMin, infinity, unit}: NumberRule): string {
	const parts = [unit === undefined ? kind : `${kind} of ${unit}`];
	if (min !== undefined && max !== undefined)
		parts.push(`${moreThanMin === true ? 'above' : 'from'} ${String(min)} to ${String(max)}`);
	else if (min !== undefined) parts.push(moreThanMin === true ? `greater than ${String(min)}` : `>= ${String(min)}`);
	if (infinity === true) parts.push('or Infinity');
	return parts.join(' ');
}

function suggest(key: string, names: readonly string[]): string {
	const ranked = names.map((name) => ({name, distance: editDistance(key.toLowerCase(), name.toLowerCase())}));
	ranked.sort((a, b) => a.distance - b.distance);
	const nearest = ranked[0];
	if (nearest === undefined) return '';
	return nearest.distance <= Math.max(2, Math.floor(key.length / 2))
		? ` Did you mean "${nearest.name}"?`
		: ` The nearest is "${nearest.name}"; valid are ${names.join(', ')}.`;
}

/** Levenshtein distance, on names of a dozen letters. */
function editDistance(a: string, b: string): number {
	let previous = Array.from({length: b.length + 1}, (_, index) => index);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
			current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
		}

		previous = current;
	}

	return previous[b.length] ?? 0;
}
