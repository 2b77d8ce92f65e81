/** What an unknown thrown value says, for the inside of another message. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
