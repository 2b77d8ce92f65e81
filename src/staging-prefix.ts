/** How the name of every file begins that is only there while a copy is made. */
export const STAGING_PREFIX = '.hotcopy-';
