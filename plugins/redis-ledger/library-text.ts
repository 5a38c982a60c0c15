import { readFileSync } from 'node:fs';

/** The text of `units.lua`. The build replaces this file by one that holds the text: see scripts/build/program.ts. */
export const libraryText = (): string => readFileSync(new URL('units.lua', import.meta.url), 'utf8');
