#!/usr/bin/env node
/**
 * The command `sqlite-hotcopy`. It imports nothing before Node.js is known to be new enough: an older one is to get a line
 * that says so, and would get a segmentation fault.
 */
let refusal: unknown;
try {
	await import('../node-version.ts');
	// It needs better-sqlite3, which is for whoever installs this to install.
	await import('./run.ts');
} catch (error) {
	refusal = error;
}

if (refusal instanceof Error) {
	const isMissing = 'code' in refusal && refusal.code === 'ERR_MODULE_NOT_FOUND';
	const line = isMissing
		? `sqlite-hotcopy: ${refusal.message}. Install it: npm install better-sqlite3`
		: refusal.message;
	console.error(process.argv.includes('--debug') ? refusal : line);
	process.exitCode = 1;
} else {
	const {run} = await import('./run.ts');
	process.exitCode = await run(process.argv.slice(2));
}

// Makes this a module in the eyes of TypeScript, which else forbids to await here.
export {};
