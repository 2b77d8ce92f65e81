import type {StrategyName} from '../../src/index.js';

/** The ways in which sqlite-hotcopy can copy, for the workloads that compare them. */
export const STRATEGIES: readonly StrategyName[] = ['pages'];
