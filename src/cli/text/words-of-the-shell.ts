/** Options of the library by their name on the command line, where that is not the same in kebab case. */
const RENAMED: Readonly<Record<string, string>> = {maxWalBytes: 'max-wal-size', maxThreads: 'jobs'};

/** Words that are options only where a message quotes them, because they are words of the language as well. */
const QUOTED = /"(pages|sleep|name|attach|strategy|snapshot|existing|verify|checksum|mode|timeout)"/g;
const UNMISTAKABLE = /"?\b(maxRate|maxWalBytes|stallTimeout|journalMode|maxThreads|safetyCopy)\b"?/g;

/** Remedies that nobody at a shell has, and what there is instead. */
const REMEDIES: Readonly<Record<string, string>> = {
	', or pass a handle that has it attached': '',
	', so pass the live handle as the source': ', which no other program can see',
};

/** A message of the library as one of the command: `"stallTimeout"` is `--stall-timeout` here. */
export function inWordsOfTheShell(message: string): string {
	const says = Object.entries(REMEDIES).reduce((text, [remedy, other]) => text.replaceAll(remedy, other), message);
	return says.replaceAll(QUOTED, '--$1').replaceAll(UNMISTAKABLE, (_, name: string) => `--${flagOf(name)}`);
}

function flagOf(option: string): string {
	return RENAMED[option] ?? option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
