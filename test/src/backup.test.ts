import {join} from 'node:path';
import test from 'ava';
import {backup, SQLITE_DONE, SQLITE_OK} from '../../src/index.js';
import {healthOf, healthy, makeAccounts} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';

test.serial('copies a database', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	const target = join(directory, 'copy.db');
	makeAccounts(source).close();

	const result = await backup(source, target);

	t.deepEqual(healthOf(target), healthy());
	t.is(result.source, source);
	t.is(result.target, target);
	t.is(result.bytes, result.pages * result.pageSize);
	t.deepEqual(listDirectory(directory), ['app.db', 'copy.db']);
});

test.serial('reports each step, as CPython does', async (t) => {
	const directory = makeDirectory(t);
	const source = join(directory, 'app.db');
	makeAccounts(source, {accounts: 1}).close();
	const calls: number[][] = [];

	await backup(source, join(directory, 'copy.db'), {pages: 1, progress: (...call) => calls.push(call)});

	t.deepEqual(calls, [
		[SQLITE_OK, 1, 2],
		[SQLITE_DONE, 0, 2],
	]);
});
