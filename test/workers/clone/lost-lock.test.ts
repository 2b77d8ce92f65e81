import {closeSync, openSync} from 'node:fs';
import test from 'ava';
import {makeCloneScene, setTag} from '../../helpers/clone-scene.js';

test('a source whose lock was lost, and that was written to, is not cloned', async (t) => {
	const scene = await makeCloneScene(t, 'rollback');
	await scene.prepare(1);

	const answer = await scene.clone({at: 'read app.db 65536'}, async () => {
		// Here, in the process of the pin. https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
		closeSync(openSync(scene.source, 'r'));
		await scene.writer.run(setTag(2));
	});

	t.deepEqual(answer, {type: 'unsuited', reason: 'The source was written to in spite of its lock'});
});
