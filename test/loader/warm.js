/**
 * Compiles the program of the child process, once, before the tests. There its process is always killed, and one that is
 * keeps nothing of what it has compiled.
 */
import {enableCompileCache} from 'node:module';
import process from 'node:process';
import {CACHE} from './cache.js';

enableCompileCache(CACHE);
await import('../../workers/children/thread.ts');
await import('../../workers/children/main.ts');
// At once: it would end itself, by a signal, with its standard input.
process.exit();
