import Table from 'cli-table3';

/** A table for the terminal. All rows have the same keys, which become the head. */
export function tableText(rows: readonly Readonly<Record<string, string>>[]): string {
	const table = new Table({
		head: Object.keys(rows[0] ?? {}),
		style: {head: [], border: [], compact: true},
	});
	table.push(...rows.map((row) => Object.values(row)));
	return table.toString();
}
