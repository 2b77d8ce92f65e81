import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {startCloner} from '../../helpers/cloner.js';
import {makeDirectory} from '../../helpers/directory.js';
import {failingFlushes, STRACE, withStrace} from '../../helpers/strace.js';
import {makeTagged} from '../../helpers/tagged.js';
import {until} from '../../helpers/until.js';

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

withStrace('whoever cannot copy on tells so before the flush under way ends', async (t) => {
	const directory = makeDirectory(t);
	const [source, staging] = [join(directory, 'app.db'), join(directory, '.hotcopy-test')];
	makeTagged(source, 1, LARGE);
	writeFileSync(staging, '');
	const unreadable = ['-P', source, '-e', 'inject=pread64:error=EIO:when=100'];
	const slow = ['-P', staging, '-e', 'inject=fdatasync:delay_enter=60s'];
	const under = [...STRACE, '-o', '/dev/null', '-e', 'trace=pread64,fdatasync', ...unreadable, ...slow];
	const cloner = await startCloner(t, {under});
	let answered = false;
	const answer = cloner.clone(source, staging).finally(() => {
		answered = true;
	});
	answer.catch(() => undefined);

	// What the worker lets go of the source upon.
	await until(() => cloner.news.some(({type}) => type === 'copied') || answered, 'the news');

	t.false(answered);
	t.true(cloner.news.some((news) => news.type === 'copying' && news.bytes > 8e6));
});
