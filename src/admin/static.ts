import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Context, Middleware } from 'koa';
import { ChainError } from '../plugin/door/errors.js';
import { isApi } from './gate/gate.js';

/** One file of the page with its precompressed variants. */
interface Asset {
  readonly content: Buffer;
  readonly br?: Buffer | undefined;
  readonly gzip?: Buffer | undefined;
  readonly etag: string;
}

/** Smallest first. */
const ENCODINGS = ['br', 'gzip'] as const;
const ROOT = '/admin/';
const INDEX = 'index.html';
const MISSING = `<!doctype html>
<html lang="en">
<title>429chain</title>
<h1>The admin is not built</h1>
<p>Run <code>npm run build:ui</code>, and start 429chain again.</p>
</html>
`;

/**
 * Serves the built page in `folder` below `/admin/`. The first request reads all files, which stay in memory: the path of a
 * request never touches the disk, so that none can lead out of the folder.
 */
export const adminPage = (folder: string): Middleware => {
  let assets: ReadonlyMap<string, Asset> | undefined;
  return (ctx, next) => {
    if (isApi(ctx.path)) return next();
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      const message = `${ctx.path} accepts GET, not ${ctx.method}.`;
      throw new ChainError('method_not_allowed', message, { headers: { allow: 'GET, HEAD' } });
    }
    if (ctx.path === '/admin') return ctx.redirect(ROOT + ctx.search);
    assets ??= readAssets(folder);
    const index = assets.get(INDEX);
    if (index === undefined) return sendMissing(ctx);
    const name = ctx.path.startsWith(ROOT) ? ctx.path.slice(ROOT.length) : undefined;
    const asset = name === undefined ? undefined : assets.get(name);
    if (name !== undefined && asset !== undefined) return send(ctx, name, asset);
    if (isPlaceInPage(ctx)) return send(ctx, INDEX, index);
    throw new ChainError('not_found', `There is nothing at ${ctx.path}. The admin is at ${ROOT}.`);
  };
};

/** The page has its own router: `/admin/chains/v1.5` is one of its pages, `/admin/assets/gone.js` is a missing file. */
const isPlaceInPage = (ctx: Context): boolean => {
  if (!ctx.path.startsWith(ROOT) || ctx.path.startsWith(`${ROOT}assets/`)) return false;
  return !ctx.path.includes('.') || ctx.get('accept').includes('text/html');
};

const send = (ctx: Context, name: string, asset: Asset): void => {
  const isHashed = name.startsWith('assets/');
  const encoding = ENCODINGS.find((each) => asset[each] !== undefined && ctx.acceptsEncodings(each) === each);
  const encoded = encoding === undefined ? undefined : asset[encoding];
  ctx.set('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  ctx.vary('accept-encoding');
  if (encoding !== undefined) ctx.set('content-encoding', encoding);
  ctx.etag = encoding === undefined ? asset.etag : `${asset.etag}-${encoding}`;
  ctx.status = 200;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.body = encoded ?? asset.content;
  ctx.type = extname(name);
};

const sendMissing = (ctx: Context): void => {
  ctx.status = 503;
  ctx.type = 'html';
  ctx.set('cache-control', 'no-store');
  ctx.body = MISSING;
};

/** File name below `folder` (with slashes) → content. It skips symbolic links, which may lead elsewhere. */
const readAssets = (folder: string): Map<string, Asset> => {
  const contents = new Map<string, Buffer>();
  for (const entry of entriesOf(folder)) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    contents.set(relative(folder, file).split(sep).join('/'), readFileSync(file));
  }
  const isCompressed = (name: string): boolean =>
    /\.(?:br|gz)$/.test(name) && contents.has(name.slice(0, -extname(name).length));
  return new Map(
    [...contents]
      .filter(([name]) => !isCompressed(name))
      .map(([name, content]) => [
        name,
        {
          content,
          br: contents.get(`${name}.br`),
          gzip: contents.get(`${name}.gz`),
          etag: createHash('sha256').update(content).digest('base64url').slice(0, 22),
        },
      ]),
  );
};

const entriesOf = (folder: string) => {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};
