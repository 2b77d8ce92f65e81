import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {makeAccounts} from './database.js';
import {lockOut} from './lock.js';

/** A source that holds up each job that copies it, as active, until it is opened. */
export interface Gate {
	readonly source: string;
	readonly open: () => Promise<void>;
}

export async function makeGate(t: ExecutionContext, directory: string, name = 'gate.db'): Promise<Gate> {
	const source = join(directory, name);
	makeAccounts(source).close();
	return {source, open: await lockOut(t, source)};
}
