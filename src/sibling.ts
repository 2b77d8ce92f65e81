/**
 * The URL of a module that is started rather than imported: a thread or a process. `.ts` beside the sources, `.js` in
 * `dist`, as the module that asks.
 *
 * @param path relative to the module that asks, without its ending
 */
export function siblingModule(path: string, base: string): URL {
	return new URL(path + (base.endsWith('.ts') ? '.ts' : '.js'), base);
}
