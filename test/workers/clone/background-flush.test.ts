import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {startCloner} from '../../helpers/cloner.js';
import {makeDirectory} from '../../helpers/directory.js';
import {failingFlushes, hasStrace} from '../../helpers/strace.js';
import {makeTagged} from '../../helpers/tagged.js';

const withStrace = hasStrace() ? test.serial : test.serial.skip;

/** 20 MB: some flushes on the way. */
const LARGE = {accounts: 5000, filler: 3900};

/** The system tells of it once, so whoever flushes the whole copy in the end would hear of nothing. */
withStrace('a flush on the way that fails is not forgotten', async (t) => {
	const directory = makeDirectory(t);
	const [source, staging] = [join(directory, 'app.db'), join(directory, '.hotcopy-test')];
	makeTagged(source, 1, LARGE);
	// strace looks its name up when it starts.
	writeFileSync(staging, '');
	const cloner = await startCloner(t, {under: failingFlushes(staging, '1')});

	t.deepEqual(await cloner.clone(source, staging), {type: 'unsuited', reason: 'EIO: i/o error, fdatasync'});
});
