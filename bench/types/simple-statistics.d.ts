/** What the bench uses of `simple-statistics`, so that types are checked also where it is not installed. */
declare module 'simple-statistics' {
	export function median(values: readonly number[]): number;
	export function quantile(values: readonly number[], probability: number): number;
	export function min(values: readonly number[]): number;
	export function max(values: readonly number[]): number;
	export function sum(values: readonly number[]): number;
}
