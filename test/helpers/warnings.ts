import type {ExecutionContext} from 'ava';

/** Node.js names it on its errors and warnings. */
export type Warning = Error & {readonly code?: string};

/** The warnings of this process from now on, which are not printed meanwhile. For serial tests: they are the process's. */
export function collectWarnings(t: ExecutionContext): readonly Warning[] {
	const warnings: Warning[] = [];
	const printers = process.listeners('warning');
	process.removeAllListeners('warning');
	process.on('warning', (warning) => warnings.push(warning));
	t.teardown(() => {
		process.removeAllListeners('warning');
		for (const printer of printers) process.on('warning', printer);
	});
	return warnings;
}
