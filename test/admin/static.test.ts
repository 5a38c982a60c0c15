import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type RunningProxy, startProxy } from '../proxy.js';
import { type Answered, ask, LONELY } from './browser.js';

const INDEX = '<!doctype html><script type="module" src="/admin/assets/main-abc123.js"></script>';
const SCRIPT = 'console.log("hello");'.repeat(50);
const SECRET = 'nobody outside may read this';

describe('The page of the admin', () => {
  let folder: string;
  let proxy: RunningProxy;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    const ui = join(folder, 'admin-ui');
    mkdirSync(join(ui, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'secret.txt'), SECRET);
    writeFileSync(join(ui, 'index.html'), INDEX);
    writeFileSync(join(ui, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    writeFileSync(join(ui, 'assets', 'main-abc123.js'), SCRIPT);
    writeFileSync(join(ui, 'assets', 'main-abc123.js.br'), brotliCompressSync(SCRIPT));
    writeFileSync(join(ui, 'assets', 'main-abc123.js.gz'), gzipSync(SCRIPT));
    writeFileSync(join(ui, 'assets', 'style-abc123.css'), 'body{}');
    symlinkSync(join(folder, 'secret.txt'), join(ui, 'link.txt'));
    symlinkSync(folder, join(ui, 'assets', 'up'));
    proxy = await startProxy(LONELY, { adminUi: ui });
  });

  after(async () => {
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (path: string, headers: Record<string, string> = {}): Promise<Answered> =>
    ask(proxy.address, { path, headers });

  it('redirects from the address without the final slash', async () => {
    const { status, headers } = await get('/admin?from=here');
    expect({ status, to: headers.location }).to.deep.equal({ status: 302, to: '/admin/?from=here' });
  });

  const PLACES: readonly (readonly [path: string, headers?: Record<string, string>])[] = [
    ['/admin/'],
    ['/admin/index.html'],
    ['/admin/chains'],
    ['/admin/requests/3f2a'],
    ['/admin/chains/v1.5', { accept: 'text/html,application/xhtml+xml' }],
    ['/admin/?theme=dark'],
  ];
  for (const [path, headers] of PLACES) {
    it(`is served at ${path} and always revalidated`, async () => {
      const { status, text, headers: received } = await get(path, headers);
      expect({ status, text }).to.deep.equal({ status: 200, text: INDEX });
      expect(received).to.include({ 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' });
    });
  }

  it('is not sent again while it is unchanged', async () => {
    const { etag } = (await get('/admin/')).headers;
    const again = await get('/admin/', { 'if-none-match': String(etag) });
    expect({ status: again.status, text: again.text }).to.deep.equal({ status: 304, text: '' });
    expect((await get('/admin/', { 'if-none-match': '"another"' })).status).to.equal(200);
  });

  it('lets browsers cache files with a digest in their name for a year', async () => {
    const { headers } = await get('/admin/assets/style-abc123.css');
    expect(headers).to.include({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/css; charset=utf-8',
    });
    expect((await get('/admin/favicon.svg')).headers).to.include({
      'cache-control': 'no-cache',
      'content-type': 'image/svg+xml',
    });
  });

  const ENCODINGS: readonly (readonly [accepted: string | undefined, sent: string | undefined])[] = [
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, br;q=0', 'gzip'],
    ['identity', undefined],
    ['zstd', undefined],
    [undefined, undefined],
  ];
  for (const [accepted, sent] of ENCODINGS) {
    it(`is sent ${sent === undefined ? 'uncompressed' : `compressed with ${sent}`} to a browser that accepts ${accepted}`, async () => {
      const headers: Record<string, string> = accepted === undefined ? {} : { 'accept-encoding': accepted };
      const { headers: received, body } = await get('/admin/assets/main-abc123.js', headers);
      expect(received['content-encoding']).to.equal(sent);
      expect(received).to.include({ vary: 'accept-encoding', 'content-type': 'text/javascript; charset=utf-8' });
      const plain = sent === 'br' ? brotliDecompressSync(body) : sent === 'gzip' ? gunzipSync(body) : body;
      expect(plain.toString()).to.equal(SCRIPT);
    });
  }

  it('has a different ETag for each encoding', async () => {
    const tags = await Promise.all(
      ['br', 'gzip', 'identity'].map(async (encoding) => {
        const { headers } = await get('/admin/assets/main-abc123.js', { 'accept-encoding': encoding });
        return headers.etag;
      }),
    );
    expect(new Set(tags).size).to.equal(3);
  });

  it('answers HEAD without a body', async () => {
    const { status, headers, text } = await ask(proxy.address, { method: 'HEAD', path: '/admin/' });
    expect({ status, text, length: headers['content-length'] }).to.deep.equal({
      status: 200,
      text: '',
      length: String(INDEX.length),
    });
  });

  const WAYS_OUT = [
    '/admin/../secret.txt',
    '/admin/../../secret.txt',
    '/admin/assets/../../secret.txt',
    '/admin/%2e%2e/secret.txt',
    '/admin/%2e%2e%2fsecret.txt',
    '/admin/..%2fsecret.txt',
    '/admin/..%5csecret.txt',
    '/admin/..\\secret.txt',
    '/admin/%252e%252e/secret.txt',
    '/admin/....//secret.txt',
    '/admin/.//../secret.txt',
    '/admin//etc/passwd',
    '/admin/%2fetc%2fpasswd',
    '/admin/secret.txt%00',
    '/admin/index.html%00.txt',
    '/admin/file:///etc/passwd',
    '/admin/link.txt',
    '/admin/assets/up/secret.txt',
    '/admin/%c0%ae%c0%ae/secret.txt',
    '/admin/%zz',
    '/admin/__proto__',
    '/admin/constructor',
  ];
  for (const path of WAYS_OUT) {
    for (const accept of ['*/*', 'text/html']) {
      it(`serves no file outside of its folder at ${path} for ${accept}`, async () => {
        const { status, text } = await get(path, { accept });
        expect(text).not.to.include(SECRET).and.not.to.include('root:');
        expect(status === 404 || text === INDEX, `${status}: ${text}`).to.equal(true);
      });
    }
  }

  const NOTHING = [
    '/admin/assets/gone.js',
    '/admin/assets/',
    '/admin/gone.js',
    '/admin/assets/main-abc123.js.br',
    '/ADMIN/',
  ];
  for (const path of NOTHING) {
    it(`answers ${path} with 404`, async () => {
      expect(await get(path)).to.include({ status: 404, code: 'not_found' });
    });
  }

  it('refuses POST', async () => {
    const refused = await ask(proxy.address, { method: 'POST', path: '/admin/', body: 'x' });
    expect(refused).to.include({ status: 405, code: 'method_not_allowed' });
    expect(refused.headers.allow).to.equal('GET, HEAD');
  });

  it('says how to build it if it is not built', async () => {
    const unbuilt = await startProxy(LONELY, { adminUi: join(folder, 'nothing') });
    const { status, text, headers } = await ask(unbuilt.address, { path: '/admin/chains' });
    await unbuilt.close();
    expect(status).to.equal(503);
    expect(text).to.include('npm run build:ui');
    expect(headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(headers['content-security-policy']).to.include("default-src 'none'");
  });
});
