import {SIDE_STYLES} from './chart.js';
import {figure} from './format.js';
import type {Summary} from './statistics.js';

export interface Bar {
	readonly panel: string;
	readonly side: string;
	/** Its length is the median; a line shows the spread. */
	readonly value: Summary;
	/** Written beside it instead of the median. */
	readonly text?: string;
	/** Whether it is drawn paler, below the side's other bar. */
	readonly secondary?: boolean;
}

/** Of a side's first and second bar. */
const OPACITIES = [1, 0.4];

/**
 * A panel for each case; in it a bar or two for each side, with the figures written beside them.
 *
 * @param styles of the sides, in their order from top to bottom
 */
export function barPanels(
	bars: readonly Bar[],
	xTitle: string,
	styles: readonly {readonly line: string; readonly color: string}[] = SIDE_STYLES,
): object {
	const values = bars.map(({panel, side, value: {median, min, max}, text = figure(median), secondary = false}) => ({
		panel,
		side,
		median,
		min,
		max,
		rank: secondary ? 1 : 0,
		text,
	}));
	const used = styles.filter(({line}) => bars.some(({side}) => side === line));
	const sides = used.map(({line}) => line);
	// Both domains are given: worked out by Vega-Lite, they differ between the layers, and it warns.
	const ranks = bars.some(({secondary}) => secondary) ? [0, 1] : [0];
	const panels = [...new Set(bars.map(({panel}) => panel))];
	return {
		data: {values},
		facet: {field: 'panel', sort: panels, title: null, header: {labelFontWeight: 'bold', labelAnchor: 'start'}},
		columns: 2,
		resolve: {scale: {x: 'independent'}},
		spec: {
			width: 320,
			height: {step: ranks.length === 1 ? 22 : 13},
			encoding: {
				y: {field: 'side', type: 'nominal', scale: {domain: sides}, title: null, axis: {ticks: false}},
				yOffset: {field: 'rank', type: 'ordinal', scale: {domain: ranks}},
			},
			layer: [
				{
					mark: 'bar',
					encoding: {
						x: {field: 'median', type: 'quantitative', title: xTitle},
						color: {field: 'side', scale: {domain: sides, range: used.map(({color}) => color)}, legend: null},
						opacity: {
							field: 'rank',
							type: 'ordinal',
							scale: {domain: ranks, range: OPACITIES.slice(0, ranks.length)},
							legend: null,
						},
					},
				},
				{mark: 'rule', encoding: {x: {field: 'min', type: 'quantitative'}, x2: {field: 'max'}}},
				{
					mark: {type: 'text', align: 'left', dx: 5, fontSize: 9},
					encoding: {x: {field: 'max', type: 'quantitative'}, text: {field: 'text'}},
				},
			],
		},
	};
}
