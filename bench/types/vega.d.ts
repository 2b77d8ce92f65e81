/** What the bench uses of `vega` and `vega-lite`, so that types are checked also where they are not installed. */
declare module 'vega' {
	export interface Runtime {
		readonly runtime: unique symbol;
	}
	export function parse(spec: object): Runtime;
	export const None: number;
	export class View {
		constructor(runtime: Runtime, options: {readonly renderer: 'none'; readonly logLevel?: number});
		toSVG(): Promise<string>;
		finalize(): this;
	}
}

declare module 'vega-lite' {
	export function compile(spec: object): {readonly spec: object};
}
