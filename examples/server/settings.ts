/** How the server is set up: by environment variables, as servers are. */
export interface Settings {
	/** HOST: where to listen. The server asks nobody for a password, so it is for this machine unless told otherwise. */
	readonly host: string;
	/** PORT: 0 takes any that is free. */
	readonly port: number;
	/** DATABASE and BACKUPS: the file to back up, and the directory for its backups. Without them there is a sample. */
	readonly files: Files | undefined;
	/** NAMES: host names, with commas between them, that a proxy on this machine hands on. */
	readonly names: readonly string[];
	/** SHUTDOWN_SECONDS: how long backups and downloads may go on after SIGTERM. */
	readonly shutdownMs: number;
}

export interface Files {
	readonly database: string;
	readonly backups: string;
}

/** @throws Error that says which variable is wrong. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
	const {HOST, PORT, DATABASE, BACKUPS, NAMES = '', SHUTDOWN_SECONDS} = environment;
	return {
		host: HOST ?? '127.0.0.1',
		port: readNumber('PORT', PORT, {fallback: 3000, max: 65_535}),
		files: readFiles(DATABASE, BACKUPS),
		names: NAMES.split(',').map((name) => name.trim()),
		shutdownMs: readNumber('SHUTDOWN_SECONDS', SHUTDOWN_SECONDS, {fallback: 30, max: 86_400}) * 1000,
	};
}

function readFiles(database: string | undefined, backups: string | undefined): Files | undefined {
	if (database === undefined && backups === undefined) return undefined;
	if (database === undefined || backups === undefined) {
		throw new Error('Set both DATABASE, the file to back up, and BACKUPS, the directory for its backups, or neither');
	}

	return {database, backups};
}

function readNumber(
	name: string,
	text: string | undefined,
	{fallback, max}: {readonly fallback: number; readonly max: number},
): number {
	if (text === undefined) return fallback;
	const number = Number(text);
	if (text.trim() !== '' && Number.isInteger(number) && number >= 0 && number <= max) return number;
	throw new Error(`${name} must be an integer from 0 to ${String(max)}, but it is "${text}"`);
}
