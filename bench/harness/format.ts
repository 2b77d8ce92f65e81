/** Three digits that count, which is more than the spread of most figures leaves. */
const digits = new Intl.NumberFormat('en-US', {maximumSignificantDigits: 3});

export function figure(value: number): string {
	return digits.format(value);
}

/** A median with its spread: `1.23 (1.2–1.31)`. */
export function spread({
	median,
	min,
	max,
}: {
	readonly median: number;
	readonly min: number;
	readonly max: number;
}): string {
	return `${figure(median)} (${figure(min)}–${figure(max)})`;
}

/** `20 KB`, `128 MB`, `1 GB`: 1 KB is 1,000 bytes. */
export function size(bytes: number): string {
	const [divisor, unit] = bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'KB'];
	return `${figure(bytes / divisor)} ${unit}`;
}
