/**
 * A text for a terminal or a log, on one line. The name of a file may hold any character, also those that end a line,
 * turn the direction of the text, or tell a terminal to do something: these are shown as what they are.
 */
export function printable(text: string): string {
	return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, escape);
}

function escape(character: string): string {
	const known: Readonly<Record<string, string>> = {'\n': '\\n', '\r': '\\r', '\t': '\\t'};
	return known[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
