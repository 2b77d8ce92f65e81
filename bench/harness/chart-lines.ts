import type {Summary} from './statistics.js';

export interface Point {
	/** The line that it is on. */
	readonly line: string;
	readonly x: number;
	/** Drawn at the median; a bar shows the spread. */
	readonly y: Summary;
}

export interface LineStyle {
	readonly line: string;
	readonly color: string;
	/** For what the others are compared with. */
	readonly dashed?: boolean;
}

export interface LineChart {
	/** Encoding of the axes beyond the fields. https://vega.github.io/vega-lite/docs/encoding.html */
	readonly x: object;
	readonly y: object;
	/** In the order of the legend. Those without a point are left out. */
	readonly styles: readonly LineStyle[];
}

/** A line for each series, with a point for each median and its spread. */
export function lineChart(points: readonly Point[], {x, y, styles}: LineChart): object {
	const used = styles.filter(({line}) => points.some((point) => point.line === line));
	const lines = used.map(({line}) => line);
	const values = points.map((point) => ({
		line: point.line,
		x: point.x,
		median: point.y.median,
		min: point.y.min,
		max: point.y.max,
	}));
	return {
		data: {values},
		width: 640,
		height: 380,
		encoding: {
			x: {field: 'x', type: 'quantitative', ...x},
			color: {
				field: 'line',
				type: 'nominal',
				title: null,
				scale: {domain: lines, range: used.map(({color}) => color)},
			},
		},
		layer: [
			{
				mark: {type: 'line', point: {filled: true, size: 45}},
				encoding: {
					y: {field: 'median', type: 'quantitative', ...y},
					strokeDash: {
						field: 'line',
						scale: {domain: lines, range: used.map(({dashed = false}) => (dashed ? [5, 4] : [1, 0]))},
						title: null,
					},
				},
			},
			{mark: {type: 'rule', opacity: 0.5}, encoding: {y: {field: 'min', type: 'quantitative'}, y2: {field: 'max'}}},
		],
	};
}

/** The size of a database on a logarithmic axis, `1 MB` and not `1000000`. */
export const SIZE_AXIS = {
	title: 'size of the database',
	scale: {type: 'log'},
	axis: {
		labelExpr:
			"datum.value >= 1e9 ? datum.value / 1e9 + ' GB' : datum.value >= 1e6 ? datum.value / 1e6 + ' MB' : datum.value / 1e3 + ' KB'",
		values: [1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10],
	},
};

/** Seconds on a logarithmic axis. */
export const SECONDS_AXIS = {title: 'seconds', scale: {type: 'log'}};
