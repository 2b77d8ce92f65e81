import {spawnSync} from 'node:child_process';

const {status, stdout} = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {encoding: 'utf8'});

/**
 * CPython itself: behind its name there is often a script that looks for it first, which takes longer than all that a test
 * has it do. Where it is not installed, its name.
 */
export const PYTHON = status === 0 ? stdout.trim() : 'python3';
