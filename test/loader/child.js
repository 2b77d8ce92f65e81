/**
 * How a program of `test/fixtures/` runs: by Node.js itself, which takes the types out and keeps what it has compiled, in
 * half the time that tsx takes to start. All that is missing is that `x.js` in an import stands for `x.ts`.
 */
import {registerHooks} from 'node:module';
import {isMainThread} from 'node:worker_threads';

// The library's own threads name the files as they are.
if (isMainThread) {
	registerHooks({
		resolve(specifier, context, next) {
			const isOurs = /^\.\.?\/.*\.js$/.test(specifier) && !context.parentURL?.includes('/node_modules/');
			return next(isOurs ? specifier.replace(/js$/, 'ts') : specifier, context);
		},
	});
}
