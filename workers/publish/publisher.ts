import type {JobContext} from '../context.ts';
import {Cancelled} from '../failures.ts';
import type {SourceFile} from '../source/open.ts';
import type {Copied} from '../strategies/strategy.ts';
import type {Target} from './inspect.ts';
import type {SafetyCopy} from './safety-copy.ts';
import type {Staging} from './staging.ts';

/** A copy that is whole and waits to be published. */
export interface FinishedCopy {
	readonly staging: Staging;
	readonly target: Target;
	readonly file: SourceFile | undefined;
	readonly copied: Copied;
	/** Keeps what is overwritten in place, where a restore asks for that. */
	readonly safety?: SafetyCopy | undefined;
}

/**
 * How a sealed staging file becomes the target. It calls `announce` when all is ready, which tells the caller of the last
 * step; an exception of the callback there still leaves the target as it was.
 */
export type Publisher = (copy: FinishedCopy, job: JobContext, announce: () => void) => void | Promise<void>;

/** The point of no return: from here on an abort comes too late. */
export function beginPublishing({control}: JobContext): void {
	if (!control.beginPublishing()) throw new Cancelled();
}
