import type {Source} from './open.ts';

/** Bytes of a database as its read transaction sees it, which may be more or less than its file has. */
export function sizeOf({connection}: Source): number {
	const [pages, pageSize] = ['page_count', 'page_size'].map((name) =>
		Number(connection.pragma(`main.${name}`, {simple: true})),
	);
	return (pages ?? 0) * (pageSize ?? 0);
}
