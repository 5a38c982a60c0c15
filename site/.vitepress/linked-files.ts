import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = '/files/';

/** Files that are not pages, such as examples, by their path from the root of the repository. */
const linked = new Set<string>();

/**
 * Returns the address of a file on the site. It is shown as plain text.
 *
 * @param page path of the page with the link, from the root of the repository
 * @throws Error if the file does not exist
 */
export const addressOfFile = (page: string, link: string): string => {
  const path = normalize(join(dirname(page), link));
  if (!existsSync(join(ROOT, path))) throw new Error(`${page} links to ${link}, but there is no file ${path}.`);
  linked.add(path);
  return `${FOLDER}${path}.txt`;
};

/** Copies the linked files into the built site. */
export const copyLinkedFiles = (outDir: string): void => {
  for (const path of linked) {
    const copy = join(outDir, `${FOLDER}${path}.txt`);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(ROOT, path), copy);
  }
};

interface DevServer {
  readonly middlewares: {
    use(
      path: string,
      handle: (req: { url?: string }, res: { end(body: string): void }, next: () => void) => void,
    ): void;
  };
}

/** Serves the linked files while the site is developed. */
export const serveLinkedFiles = () => ({
  name: 'linked-files',
  configureServer: ({ middlewares }: DevServer): void =>
    middlewares.use(FOLDER, async ({ url = '' }, res, next) => {
      const path = url.slice(1).replace(/\.txt$/, '');
      if (linked.has(path)) res.end(await readFile(join(ROOT, path), 'utf8'));
      else next();
    }),
});
