import {chmodSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {makeCloneScene} from '../../helpers/clone-scene.js';
import {stateOf, tagged} from '../../helpers/tagged.js';
import {findUser} from '../../helpers/user.js';

const user = findUser();
const asAnother = user?.ids === undefined ? test.serial.skip : test.serial;

asAnother('a WAL that cannot be read is not taken for none', async (t) => {
	const scene = await makeCloneScene(t, 'WAL', {uid: user?.ids?.uid});
	user?.give(scene.directory);
	await scene.prepare(1);
	chmodSync(`${scene.source}-wal`, 0o600);

	const answer = await scene.clone();

	t.is(answer.type, 'unsuited');
	t.regex(answer.type === 'unsuited' ? answer.reason : '', /^EACCES.*app\.db-wal/);
});

test.serial('a WAL without a whole header is none', async (t) => {
	const scene = await makeCloneScene(t, 'WAL');
	await scene.prepare(1);
	await scene.writer.close();
	writeFileSync(`${scene.source}-wal`, Buffer.alloc(31, 1));

	const answer = await scene.clone();

	t.is(answer.type, 'cloned', JSON.stringify(answer));
	t.deepEqual(stateOf(scene.staging), tagged(1, 250));
});
