/**
 * Compiles the program of the child process, once, before the tests. There its process is always killed, and one that is
 * keeps nothing of what it has compiled.
 */
import module from 'node:module';
import process from 'node:process';
import {CACHE} from './cache.js';

// An older Node.js has none, and is told of by what it is to run.
module.enableCompileCache?.(CACHE);
await import('../../workers/children/thread.ts');
await import('../../workers/children/main.ts');
// At once: it would end itself, by a signal, with its standard input.
process.exit();
