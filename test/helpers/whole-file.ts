import test, {type ExecutionContext} from 'ava';

/** What a helper needs of a test to clean up after it. */
export type Scope = Pick<ExecutionContext, 'teardown'>;

const cleanUps: Parameters<Scope['teardown']>[0][] = [];

/**
 * Stands for all tests of a file together, for what they can share: to start threads and processes takes most of the time of
 * many tests.
 */
export const wholeFile: Scope = {
	teardown(cleanUp) {
		cleanUps.push(cleanUp);
	},
};

test.after.always(async () => {
	for (const cleanUp of cleanUps.toReversed()) await cleanUp();
});
