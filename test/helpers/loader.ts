/** The option by which a process runs a fixture that imports what only tsx can find. */
export const LOADER = `--import=${new URL('../loader/main.js', import.meta.url).href}`;
