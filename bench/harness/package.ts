import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type * as Package from '../../src/index.js';

/** The package as it is published, not its sources: what is measured is what users run. */
const PACKAGE = new URL('../../dist/src/index.js', import.meta.url);

if (!existsSync(fileURLToPath(PACKAGE))) {
	throw new Error('The package is not built. `npm run bench` builds it; otherwise run `npm run build`.');
}

// It is built from these very types.
export const {BackupManager} = (await import(PACKAGE.href)) as typeof Package;
