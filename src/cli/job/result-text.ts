import type {BackupResult} from '../../result.ts';
import {printable} from '../text/printable.ts';
import {formatBytes, formatDuration, formatRate} from '../text/quantities.ts';

/** `backups/app.db: 102.4 MB in 0.7s (143.9 MB/s), verified` */
export function describeResult({target, bytes, durationMs, verified, restarts}: BackupResult): string {
	return [
		`${printable(target)}: ${formatBytes(bytes)} in ${formatDuration(durationMs)} (${formatRate((bytes / durationMs) * 1000)})`,
		verified === false ? undefined : `verified (${verified})`,
		restarts === 0 ? undefined : `begun again ${String(restarts)} times because of writes`,
	]
		.filter((part) => part !== undefined)
		.join(', ');
}

/** As `sha256sum` prints it, which `sha256sum --check` reads. A name with a backslash or a line's end begins with one. */
export function checksumLine(sha256: string, path: string): string {
	const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
	return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}`;
}
