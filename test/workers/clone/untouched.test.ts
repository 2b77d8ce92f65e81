import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTag} from '../../helpers/clone-scene.js';
import {openElsewhere} from '../../helpers/connection.js';
import {makeDirectory} from '../../helpers/directory.js';
import {traceBackup, withStrace} from '../../helpers/strace.js';
import {makeTagged, stateOf, tagged} from '../../helpers/tagged.js';

/** The calls that change a file or a directory, of those that are traced. */
const CHANGES = /^(?:pwrite64|write|ftruncate|rename|renameat|renameat2|link|linkat|unlink|unlinkat|chmod|fchmod)$/;

for (const wal of [true, false]) {
	withStrace(`a clone changes nothing but its staging file and the target: ${wal ? 'WAL' : 'rollback'}`, async (t) => {
		const directory = makeDirectory(t);
		const [source, target] = [join(directory, 'app.db'), join(directory, 'copies', 'copy.db')];
		mkdirSync(join(directory, 'copies'));
		makeTagged(source, 1, {wal});
		const writer = await openElsewhere(t, source);
		await writer.run(setTag(2));

		const calls = await traceBackup(t, {source, target, options: {strategy: 'clone'}});

		t.deepEqual(stateOf(target), tagged(2));
		// By a process of its own, so the copy was cloned.
		t.true(calls.some(({name, text}) => name === 'openat' && text.includes(`"${source}", O_RDONLY|O_CLOEXEC`)));
		const changed = calls.filter(({name, text}) => CHANGES.test(name) && text.includes(`${directory}/`));
		t.true(changed.length > 0);
		t.deepEqual(
			changed.filter(({text}) => !text.includes(`${directory}/copies/`)),
			[],
		);
	});
}
