/** An application in CommonJS, which `require`s a package of ES modules. */
const assert = require('node:assert/strict');
const {backup} = require('sqlite-hotcopy');
const Database = require('better-sqlite3');

async function main() {
	const live = new Database('commonjs.db');
	live.exec('CREATE TABLE IF NOT EXISTS note (text); DELETE FROM note');
	live.exec("INSERT INTO note VALUES ('one'), ('two')");
	const {pages} = await backup(live, 'commonjs-copy.db');
	assert.equal(pages, 2);
	live.close();

	const copy = new Database('commonjs-copy.db', {fileMustExist: true});
	assert.equal(copy.pragma('integrity_check', {simple: true}), 'ok');
	assert.deepEqual(copy.prepare('SELECT text FROM note').pluck().all(), ['one', 'two']);
	copy.close();
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
