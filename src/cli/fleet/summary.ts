import Table from 'cli-table3';
import type {SummaryRecord} from '../records.ts';
import {formatBytes, formatCount, formatDuration, formatRate} from '../text/quantities.ts';

/** How it went, as a table. */
export function summaryTable({copied, failed, left, bytes, durationMs}: SummaryRecord): string {
	const table = new Table({
		head: ['', 'databases', 'size'],
		colAligns: ['left', 'right', 'right'],
		// No colours, which the table would use whatever the terminal is.
		style: {head: [], border: [], compact: true},
	});
	table.push(['copied', formatCount(copied), formatBytes(bytes)]);
	if (failed > 0) table.push(['failed', formatCount(failed), '']);
	if (left > 0) table.push(['not done', formatCount(left), '']);
	table.push(['time', formatDuration(durationMs), formatRate((bytes / durationMs) * 1000)]);
	return table.toString();
}
