/** `npm run compare`: what each library does in the same situations, as a table for the README and as JSON. */
import '../../src/node-version.js';
import {tmpdir} from 'node:os';
import {withTemporaryDirectory} from '../../examples/demo/temporary.js';
import {installPackages} from '../harness/packages.js';

installPackages();
// It needs those packages.
const {compare} = await import('./compare.js');
await withTemporaryDirectory('hotcopy-compare-', tmpdir(), async (directory, {signal}) => {
	await compare(directory, signal);
});
