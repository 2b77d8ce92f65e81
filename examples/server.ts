/** `npm run example:server`: backups of a live database over HTTP. */
import {serve} from './server/serve.js';
import {readSettings} from './server/settings.js';

await serve(readSettings(process.env));
