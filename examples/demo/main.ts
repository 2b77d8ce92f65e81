/** `npm run demo`: a live database, copied by sqlite-hotcopy and by better-sqlite3's own backup(). */
import '../../src/node-version.js';
import {tmpdir} from 'node:os';
import {withTemporaryDirectory} from './temporary.js';
import {tour} from './tour.js';

await withTemporaryDirectory('hotcopy-demo-', tmpdir(), tour);
