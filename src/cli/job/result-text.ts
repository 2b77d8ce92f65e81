import type {RestoreResult} from '../../result.ts';
import {printable} from '../text/printable.ts';
import {formatBytes, formatDuration, formatRate} from '../text/quantities.ts';

/** `backups/app.db: 102.4 MB in 0.7s (143.9 MB/s) by clone, verified (full)` */
export function describeResult(result: RestoreResult): string {
	const {target, bytes, durationMs, strategy, verified, restarts, safetyCopy} = result;
	const rate = formatRate((bytes / durationMs) * 1000);
	return [
		`${printable(target)}: ${formatBytes(bytes)} in ${formatDuration(durationMs)} (${rate}) by ${strategy}`,
		verified === false ? undefined : `verified (${verified})`,
		restarts === 0 ? undefined : `begun again ${String(restarts)} times because of writes`,
		safetyCopy === undefined ? undefined : `what was there before is in ${printable(safetyCopy)}`,
	]
		.filter((part) => part !== undefined)
		.join(', ');
}

/** As `sha256sum` prints it, which `sha256sum --check` reads. A name with a backslash or a line's end begins with one. */
export function checksumLine(sha256: string, path: string): string {
	const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
	return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}`;
}
