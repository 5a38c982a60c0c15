import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Answerer, reply, type ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { post, SurfaceStage } from './surface-stage.js';

const SOUND = Buffer.from('ID3\u0004 not really a song '.repeat(400), 'latin1');
const sound =
  (bytes = SOUND, type = 'audio/mpeg'): Answerer =>
  (res) => {
    res.writeHead(200, { 'content-type': type });
    res.end(bytes);
  };
const ASK = { model: 'default', input: 'Go north.', voice: 'alloy' };
const event = (fields: object): string => `data: ${JSON.stringify(fields)}\n\n`;

describe('Speech', () => {
  let stage: SurfaceStage;
  beforeEach(async () => {
    stage = await SurfaceStage.start(2);
  });
  afterEach(() => stage.close());
  const one = (): ScriptedUpstream => stage.upstreams[0] as ScriptedUpstream;
  const two = (): ScriptedUpstream => stage.upstreams[1] as ScriptedUpstream;

  it('reaches a file by the SDK, byte for byte', async () => {
    one().always(sound());
    const folder = mkdtempSync(join(tmpdir(), 'speech-'));
    const file = join(folder, 'north.mp3');
    const response = await stage.proxy.client.audio.speech.create({
      model: 'default',
      input: 'Go north.',
      voice: 'alloy',
    });
    await writeFile(file, Buffer.from(await response.arrayBuffer()));
    expect(readFileSync(file).equals(SOUND)).to.equal(true);
    rmSync(folder, { recursive: true });
    expect(response.headers.get('content-type')).to.equal('audio/mpeg');
    expect(one().received[0]?.body).to.deep.equal({ ...ASK, model: 'a-model' });
    const [record] = await stage.requests();
    expect(record).to.include({
      path: '/audio/speech',
      status: 200,
      stream: true,
      promptTokens: 0,
      completionTokens: 0,
    });
    expect(record?.firstTokenMs).to.be.a('number');
  });

  const FAILURES: readonly [what: string, first: Answerer][] = [
    ['a 429', reply(429, { error: { message: 'slow down' } }, { 'retry-after': '9' })],
    ['JSON under status 200', reply(200, { error: { message: 'no voice' } })],
    ['JSON that is called sound', sound(Buffer.from('{"error":{"message":"no voice"}}'))],
    ['JSON behind white space that is called sound', sound(Buffer.from('\n {"error":{"message":"no voice"}}'))],
    ['a page that is called sound', sound(Buffer.from('<html>no</html>'))],
    ['JSON without an error', reply(200, { audio: 'aGVsbG8=' })],
    ['text', reply(200, 'hello')],
    ['nothing', sound(Buffer.alloc(0))],
    ['a head and then a broken connection', stream([], 'cut', { 'content-type': 'audio/mpeg' })],
    ['an error as the first event', stream([event({ type: 'error', error: { message: 'no voice' } })])],
    ['a path that is not there', reply(404, { detail: 'Not Found' })],
  ];
  for (const [what, first] of FAILURES) {
    it(`comes from the next target after ${what}`, async () => {
      one().always(first);
      two().always(sound());
      const response = await stage.post('/audio/speech', ASK);
      expect(response.status).to.equal(200);
      expect(Buffer.from(await response.arrayBuffer()).equals(SOUND)).to.equal(true);
      expect(response.headers.get('x-429chain-target')).to.equal('two/a-model');
    });
  }

  it('may begin with any byte where the format has no head', async () => {
    const pcm = Buffer.from('{<pcm', 'latin1');
    one().always(sound(pcm, 'audio/pcm'));
    const response = await stage.post('/audio/speech', { ...ASK, response_format: 'pcm' });
    expect(Buffer.from(await response.arrayBuffer()).equals(pcm)).to.equal(true);
  });

  it('breaks the connection if it is cut off, so that nobody takes it for whole', async () => {
    one().always(stream([SOUND], 'cut', { 'content-type': 'audio/mpeg' }));
    const response = await stage.post('/audio/speech', ASK);
    expect(response.status).to.equal(200);
    const error = await response.arrayBuffer().then(
      () => undefined,
      (cause: Error) => cause,
    );
    expect(error).to.be.instanceOf(Error);
    expect(two().received).to.deep.equal([]);
    await until(async () => (await stage.requests()).length > 0);
    const [record] = await stage.requests();
    expect(record).to.include({ status: 502 });
    expect(record?.attempts[0]).to.include({ outcome: 'failed', class: 'server_error' });
  });

  it('passes as events, and ends with an error if they break off', async () => {
    const events = [
      event({ type: 'speech.audio.delta', audio: 'aGVs' }),
      event({ type: 'speech.audio.done', usage: {} }),
    ];
    one().script(stream(events), stream(events.slice(0, 1)));
    const whole = await stage.post('/audio/speech', { ...ASK, stream_format: 'sse' });
    expect(await whole.text()).to.equal(events.join(''));
    expect(whole.headers.get('content-type')).to.equal('text/event-stream');
    const cut = await (await stage.post('/audio/speech', { ...ASK, stream_format: 'sse' })).text();
    expect(cut).to.include('broke off after its first token');
  });

  it('reaches the caller while it is being made', async () => {
    let provider: ServerResponse | undefined;
    one().always((res) => {
      provider = res;
      res.writeHead(200, { 'content-type': 'audio/mpeg' });
      res.write('ID3');
    });
    const response = await stage.post('/audio/speech', ASK);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).to.equal('ID3');
    provider?.end('end');
    expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).to.equal('end');
    expect((await reader.read()).done).to.equal(true);
  });

  it('is not made any further when the caller leaves', async () => {
    one().always((res) => {
      res.writeHead(200, { 'content-type': 'audio/mpeg' });
      res.write('ID3');
    });
    const leaving = new AbortController();
    const response = await post(stage.proxy, '/audio/speech', ASK, { signal: leaving.signal });
    expect(response.status).to.equal(200);
    leaving.abort();
    await one().received[0]?.aborted;
    await until(async () => (await stage.requests()).length > 0);
    expect((await stage.requests())[0]).to.include({ status: 499 });
  });

  it('waits while the caller does not read', async () => {
    let written = 0;
    const piece = Buffer.alloc(256 * 1024, 1);
    const more = (res: ServerResponse): void => {
      while (written < 32 * 1024 * 1024) {
        written += piece.length;
        if (!res.write(piece)) return void res.once('drain', () => more(res));
      }
      res.end();
    };
    one().always((res) => {
      res.writeHead(200, { 'content-type': 'audio/mpeg' });
      more(res);
    });
    const response = await stage.post('/audio/speech', ASK);
    // Sockets hold some megabytes; then nothing moves any more.
    let before = -1;
    await until(() => {
      const isStill = before === written;
      before = written;
      return isStill;
    });
    expect(written).to.be.below(28 * 1024 * 1024);
    let bytes = 0;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
    expect(bytes).to.equal(32 * 1024 * 1024);
  });
});
