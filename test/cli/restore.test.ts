import {statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {makeTorn} from '../helpers/broken.js';
import {complaintsOf, recordsOf, runCli, startCli, untilWritten} from '../helpers/cli.js';
import {openElsewhere} from '../helpers/connection.js';
import {fingerprint} from '../helpers/database.js';
import {listDirectory, makeDirectory} from '../helpers/directory.js';
import {makeTagged, stateOf, STATE_SQL, tagged} from '../helpers/tagged.js';

const OLD = 1;
const NEW = 2;

function setUp(t: ExecutionContext, wal = false): string {
	const cwd = makeDirectory(t);
	makeTagged(join(cwd, 'app.db'), OLD, {wal});
	makeTagged(join(cwd, 'backup.db'), NEW);
	return cwd;
}

for (const wal of [true, false]) {
	test.serial(
		`under a connection in ${wal ? 'WAL' : 'rollback'} mode, with a copy of the state from before`,
		async (t) => {
			const cwd = setUp(t, wal);
			const holder = await openElsewhere(t, join(cwd, 'app.db'));
			t.like((await holder.run(STATE_SQL))[0], {tag: OLD});
			const {exit, stdout} = await runCli(t, ['restore', 'backup.db', 'app.db', '--safety-copy', 'before.db'], {cwd});

			t.is(exit, 0);
			t.regex(stdout, /app\.db: .*, verified \(full\), what was there before is in .*before\.db\n$/);
			t.like((await holder.run(STATE_SQL))[0], {tag: NEW});
			await holder.close();
			t.deepEqual(stateOf(join(cwd, 'app.db')), tagged(NEW));
			t.deepEqual(stateOf(join(cwd, 'before.db')), tagged(OLD));
			t.deepEqual(listDirectory(cwd), ['app.db', 'backup.db', 'before.db']);
		},
	);
}

test.serial('into a database that is not there yet', async (t) => {
	const cwd = setUp(t);
	const args = ['restore', 'backup.db', 'new.db', '--verify', 'quick', '--mode', '600', '--json', '--quiet'];
	const result = await runCli(t, args, {cwd});

	t.is(result.exit, 0);
	t.like(recordsOf(result)[0], {type: 'result', verified: 'quick', target: join(cwd, 'new.db')});
	t.deepEqual(stateOf(join(cwd, 'new.db')), tagged(NEW));
	t.is(statSync(join(cwd, 'new.db')).mode & 0o777, 0o600);
});

test.serial('a damaged backup is not restored', async (t) => {
	const cwd = setUp(t);
	makeTorn(join(cwd, 'torn.db'), 'small');
	const old = fingerprint(join(cwd, 'app.db'));
	const result = await runCli(t, ['restore', 'torn.db', 'app.db', '--safety-copy', 'before.db'], {cwd});

	t.is(result.exit, 1);
	t.regex(complaintsOf(result)[0] ?? '', /^sqlite-hotcopy: ERR_BACKUP_VERIFY: /);
	t.deepEqual(fingerprint(join(cwd, 'app.db')), old);
	t.deepEqual(listDirectory(cwd), ['app.db', 'backup.db', 'torn.db']);
});

test.serial('SIGINT leaves the database as it was', async (t) => {
	const cwd = setUp(t);
	const old = fingerprint(join(cwd, 'app.db'));
	const args = ['restore', 'backup.db', 'app.db', '--safety-copy', 'before.db', '--json'];
	const cli = startCli(t, [...args, '--pages', '1', '--max-rate', '1kB'], {cwd});
	await untilWritten(cli, 'stdout', '"progress"');
	cli.signal('SIGINT');
	const result = await cli.result;

	t.is(result.exit, 130);
	t.like(recordsOf(result).at(-1), {type: 'error', code: 'ABORT_ERR'});
	t.deepEqual(fingerprint(join(cwd, 'app.db')), old);
	t.deepEqual(listDirectory(cwd), ['app.db', 'backup.db']);
});
