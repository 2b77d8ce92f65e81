/**
 * `npm run bench:report`: writes what is in `bench/results/` into the pages that show it, between the marks
 * `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`, so that no figure is copied by hand.
 */
import '../../src/node-version.js';
import {installPackages} from '../harness/packages.js';

installPackages();
// It needs those packages.
const {writePages} = await import('./pages.js');
writePages();
