import {parse, View} from 'vega';
import {compile} from 'vega-lite';
import {SIDE_NAMES} from '../sides/index.js';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';

/** Pixels, for the longest names of all. */
const LABEL_LIMIT = 300;

/** In the order of the sides: ours stands out, the limit is grey. */
const COLORS = ['#e4572e', '#4c78a8', '#72b7b2', '#54a24b', '#b79a20', '#b279a2', '#8c6d5a', '#9a9a9a'] as const;

/** Each side has one colour in all charts. */
export const SIDE_STYLES = SIDE_NAMES.map((line, index) => ({line, color: COLORS[index] ?? 'black'}));

/**
 * Draws a Vega-Lite specification, without a browser.
 *
 * @see https://vega.github.io/vega-lite/docs/spec.html
 */
export async function drawChart(spec: object, title: string, subtitle: readonly string[]): Promise<string> {
	const complete = {
		$schema: 'https://vega.github.io/schema/vega-lite/v6.json',
		background: 'white',
		padding: 16,
		title: {text: title, subtitle, anchor: 'start', subtitleColor: '#666', subtitlePadding: 6, offset: 16},
		config: {
			font: FONT,
			view: {stroke: null},
			axis: {gridColor: '#e6e6e6', domainColor: '#999', tickColor: '#999', labelLimit: LABEL_LIMIT},
			legend: {labelLimit: LABEL_LIMIT},
		},
		...spec,
	};
	const view = new View(parse(compile(complete).spec), {renderer: 'none'});
	try {
		return await view.toSVG();
	} finally {
		view.finalize();
	}
}
