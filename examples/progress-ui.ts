/** `npm run example:progress-ui`: the server, with backups that come and go to watch in its page. */
import {demonstrate} from './progress-ui/demonstrate.js';
import {serve} from './server/serve.js';
import {readSettings} from './server/settings.js';

await serve(readSettings(process.env), demonstrate);
