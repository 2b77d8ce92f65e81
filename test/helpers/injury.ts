import fc from 'fast-check';
import type {Specimen, SpecimenFile} from './specimens.js';

/** Something that happens to the bytes of a database on the way from the disk it was on. */
export type Injury = Flips | Cut | Blank | Misplaced;

interface Flips {
	readonly kind: 'flips';
	/** Which region, where in it, and what is flipped there. Numbers beyond the end wrap around. */
	readonly bytes: readonly (readonly [region: number, offset: number, mask: number])[];
}

interface Cut {
	readonly kind: 'cut';
	readonly file: number;
	readonly at: number;
}

interface Blank {
	readonly kind: 'blank';
	readonly file: number;
	readonly at: number;
	readonly length: number;
	readonly value: number;
}

/** A page that was written where another belongs, or not written at all. */
interface Misplaced {
	readonly kind: 'misplaced';
	readonly file: number;
	readonly from: number;
	readonly to: number;
}

const anywhere = fc.nat({max: 0xff_ffff});

/** Small numbers are what fast-check shrinks to: few flips, and near the start. */
export const injuries: fc.Arbitrary<Injury> = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			kind: fc.constant('flips' as const),
			bytes: fc.array(fc.tuple(anywhere, anywhere, fc.integer({min: 1, max: 255})), {minLength: 1, maxLength: 8}),
		}),
	},
	{weight: 2, arbitrary: fc.record({kind: fc.constant('cut' as const), file: anywhere, at: anywhere})},
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant('blank' as const),
			file: anywhere,
			at: anywhere,
			length: fc.integer({min: 1, max: 4096}),
			value: fc.constantFrom(0, 0xff),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({kind: fc.constant('misplaced' as const), file: anywhere, from: anywhere, to: anywhere}),
	},
);

/** The specimen's files with one injury. */
export function injure({files, regions, pageSize}: Specimen, injury: Injury): SpecimenFile[] {
	const injured = files.map(({suffix, bytes}) => ({suffix, bytes: Buffer.from(bytes)}));
	if (injury.kind === 'flips') {
		for (const [index, offset, mask] of injury.bytes) {
			const region = wrap(regions, index);
			const file = injured.find(({suffix}) => suffix === region.suffix);
			const at = region.from + (offset % (region.to - region.from));
			if (file !== undefined) file.bytes[at] = (file.bytes[at] ?? 0) ^ mask;
		}

		return injured;
	}

	const file = wrap(injured, injury.file);
	const {length} = file.bytes;
	switch (injury.kind) {
		case 'cut':
			file.bytes = file.bytes.subarray(0, injury.at % length);
			break;
		case 'blank':
			file.bytes.fill(injury.value, injury.at % length, Math.min(length, (injury.at % length) + injury.length));
			break;
		case 'misplaced': {
			const pages = Math.floor(length / pageSize);
			const from = (injury.from % pages) * pageSize;
			file.bytes.copy(file.bytes, (injury.to % pages) * pageSize, from, from + pageSize);
			break;
		}
	}

	return injured;
}

function wrap<T>(list: readonly T[], index: number): T {
	const item = list[index % list.length];
	if (item === undefined) throw new Error('There is nothing to injure');
	return item;
}
