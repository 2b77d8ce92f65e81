/**
 * Looks at the Node.js version before anything else is loaded. Every entry point imports this module first: on an
 * older Node.js the native addon of better-sqlite3 ends the process with a segmentation fault, which says nothing to
 * anybody.
 */
const REQUIRED = [22, 20] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < REQUIRED[0] || (major === REQUIRED[0] && minor < REQUIRED[1])) {
	throw new Error(
		`sqlite-hotcopy needs Node.js >= ${REQUIRED.join('.')}, but this is Node.js ${process.versions.node}. ` +
			'Install a newer Node.js (https://nodejs.org), or run it with: npx -p node@24 node <your program>',
	);
}
