export interface Line {
	readonly intercept: number;
	readonly slope: number;
	/** Of the point that is farthest from the line, relative to the line. */
	readonly worstDeviation: number;
}

/**
 * The straight line that makes the squares of the relative deviations least. (Least squares of the deviations themselves
 * would fit the largest points alone, and leave the intercept to chance.)
 *
 * @param points at least two, with different `x`, and `y` above 0
 */
export function fitLine(points: readonly {readonly x: number; readonly y: number}[]): Line {
	const sum = (term: (x: number, y: number) => number): number =>
		points.reduce((total, {x, y}) => total + term(x, y) / y ** 2, 0);
	const [n, sx, sy, sxx, sxy] = [
		sum(() => 1),
		sum((x) => x),
		sum((_, y) => y),
		sum((x) => x * x),
		sum((x, y) => x * y),
	];
	const slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
	const intercept = (sy - slope * sx) / n;
	const worstDeviation = Math.max(...points.map(({x, y}) => Math.abs(y / (intercept + slope * x) - 1)));
	return {intercept, slope, worstDeviation};
}
