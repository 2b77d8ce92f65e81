/** The option by which a process runs a program that imports the library from its sources. */
export const LOADER = `--import=${new URL('../loader/child.js', import.meta.url).href}`;
