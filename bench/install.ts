/** `npm run bench:install`: installs what the bench needs, which it does by itself as well. */
import '../src/node-version.js';
import {installPackages} from './harness/packages.js';

installPackages();
