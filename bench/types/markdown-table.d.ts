/** What the bench uses of `markdown-table`, so that types are checked also where it is not installed. */
declare module 'markdown-table' {
	export function markdownTable(rows: readonly (readonly string[])[]): string;
}
