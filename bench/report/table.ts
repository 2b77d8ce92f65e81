import {markdownTable} from 'markdown-table';

/** All rows have the same keys, which become the head. */
export function tableOf(rows: readonly Readonly<Record<string, string>>[]): string {
	const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
	return markdownTable(lines.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|'))));
}
