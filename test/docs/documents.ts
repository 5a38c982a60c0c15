import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const readDocument = (name: string): string => readFileSync(`${ROOT}docs/${name}`, 'utf8');

/** The code blocks of one language in a document, with the lines on which they begin. */
export const blocksOf = (name: string, language: string): { line: number; text: string }[] => {
  const document = readDocument(name);
  return [...document.matchAll(/^```(\S*).*\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map((match) => ({ line: document.slice(0, match.index).split('\n').length, text: match[2] as string }));
};
