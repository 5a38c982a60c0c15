import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Part {
  /** The first line, from 0. */
  readonly line: number;
  readonly source: string;
}

/** A line such as `// src/http/body.ts` stands above the code of each source in a file of the built program. */
const SOURCE = /^\/\/ ((?:src|plugins|node_modules)\/\S+)$/;

const partsOf = (url: string): readonly Part[] =>
  readFileSync(fileURLToPath(url), 'utf8')
    .split('\n')
    .flatMap((text, line) => {
      const source = SOURCE.exec(text)?.[1];
      return source === undefined ? [] : [{ line, source: `/${source}` }];
    });

/** Finds the source of each function of the built program, whose files are bundles of many. */
export class Sources {
  readonly #parts = new Map<string, readonly Part[]>();

  /** `/src/http/body.ts` for a function of a bundle; the URL itself for any other. Lines count from 0. */
  fileOf(url: string, line: number): string {
    if (!url.startsWith('file:') || url.includes('/node_modules/')) return url;
    const parts = this.#parts.get(url) ?? partsOf(url);
    this.#parts.set(url, parts);
    return parts.findLast((part) => part.line <= line)?.source ?? url;
  }
}
