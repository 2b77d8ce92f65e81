/**
 * How a program of `test/fixtures/` or `examples/` runs: by Node.js itself, which takes the types out and keeps what it has
 * compiled, in half the time that tsx takes to start. What is missing is that `x.js` in an import stands for `x.ts`, and the
 * package's own name for its sources.
 */
import {registerHooks} from 'node:module';
import {URL} from 'node:url';
import {isMainThread} from 'node:worker_threads';

const PACKAGE = new URL('../../src/index.ts', import.meta.url).href;

// The library's own threads name the files as they are.
if (isMainThread) {
	registerHooks({
		resolve(specifier, context, next) {
			if (specifier === 'sqlite-hotcopy') return next(PACKAGE, context);
			const isOurs = /^\.\.?\/.*\.js$/.test(specifier) && !context.parentURL?.includes('/node_modules/');
			return next(isOurs ? specifier.replace(/js$/, 'ts') : specifier, context);
		},
	});
}
