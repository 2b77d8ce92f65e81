/**
 * How the tests run TypeScript: their own through tsx; threads and processes, of which they start thousands, by Node.js
 * itself, which keeps what it has compiled. In JavaScript, because nothing is there yet to load it.
 */
import process from 'node:process';
import {isMainThread} from 'node:worker_threads';
import {CACHE} from './cache.js';

// For what is started from here.
process.env.NODE_COMPILE_CACHE ??= CACHE;

if (isMainThread) await import('tsx');
