import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../relays/programs.js';

const DIST = join(ROOT, 'dist');
const MAPPED = join('node_modules', '.cache', '429chain-bench-mapped');

/** Finds the source of each function of the built program, which is a bundle of many files. */
export class Sources {
  readonly #maps = new Map<string, SourceMap>();

  /** Builds the program again, with source maps. @throws Error if that fails */
  constructor() {
    const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build:program', '--', MAPPED], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`The program cannot be built with source maps:\n${stdout}${stderr}`);
  }

  /** `/src/http/body.ts` for a function of the program; the URL itself for any other. Lines and columns count from 0. */
  fileOf(url: string, line: number, column: number): string {
    const place = url.startsWith('file:') ? relative(DIST, fileURLToPath(url)) : '..';
    if (place.startsWith('..')) return url;
    const entry = this.#mapOf(place).findEntry(line, column);
    return 'originalSource' in entry ? entry.originalSource.replace(/^(\.\.\/)+/, '/') : url;
  }

  /** @throws Error if dist/ is older than the sources */
  #mapOf(place: string): SourceMap {
    const known = this.#maps.get(place);
    if (known !== undefined) return known;
    const mapped = join(ROOT, MAPPED, place);
    if (readFileSync(mapped, 'utf8') !== readFileSync(join(DIST, place), 'utf8'))
      throw new Error('dist/ is older than the sources. Run `npm run build` first.');
    const map = new SourceMap(JSON.parse(readFileSync(`${mapped}.map`, 'utf8')));
    this.#maps.set(place, map);
    return map;
  }
}
