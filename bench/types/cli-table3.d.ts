/** What the bench uses of `cli-table3`, so that types are checked also where it is not installed. */
declare module 'cli-table3' {
	export default class Table {
		constructor(options: {
			readonly head: readonly string[];
			readonly style: {readonly head: readonly string[]; readonly border: readonly string[]; readonly compact: boolean};
		});
		push(...rows: readonly (readonly string[])[]): number;
		toString(): string;
	}
}
