import {join} from 'node:path';

/** Where Node.js keeps what it has compiled. https://nodejs.org/api/module.html#module-compile-cache */
export const CACHE = join(import.meta.dirname, '../../node_modules/.cache/sqlite-hotcopy');
