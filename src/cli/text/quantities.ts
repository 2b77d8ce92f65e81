import bytes from 'bytes-iec';
import prettyMilliseconds from 'pretty-ms';

const numbers = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});

/** `2,000` */
export function formatCount(count: number): string {
	return numbers.format(count);
}

/** `102.4 MB`: powers of 1,000, as the options for sizes read them. */
export function formatBytes(size: number): string {
	return bytes.format(size, {decimalPlaces: size < 1000 ? 0 : 1, unitSeparator: ' '}) ?? String(size);
}

/** `143.9 MB/s` */
export function formatRate(bytesPerSecond: number): string {
	return `${formatBytes(bytesPerSecond)}/s`;
}

/** `40ms`, `1.2s`, `3m 20s` */
export function formatDuration(ms: number): string {
	return prettyMilliseconds(ms, ms < 60_000 ? {} : {secondsDecimalDigits: 0});
}

/** A time that is still to pass, by the second: tenths of it would only flicker. */
export function formatTimeLeft(ms: number): string {
	return `${prettyMilliseconds(Math.ceil(ms / 1000) * 1000, {secondsDecimalDigits: 0})} left`;
}
