import { expect } from 'chai';
import { toFile } from 'openai';
import { API_KEY } from '../../proxy.js';
import { type ReceivedRequest, reply, type ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { recording, SurfaceStage } from './surface-stage.js';

/** A tenth of a second of a tone. */
const wav = (): Buffer => {
  const samples = 1_600;
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(16_000, 24);
  bytes.writeUInt32LE(32_000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(2 * samples, 40);
  for (let at = 0; at < samples; at++) bytes.writeInt16LE(Math.round(12_000 * Math.sin(at / 6)), 44 + 2 * at);
  return bytes;
};

/** Reads the form that a provider received, by the rules of fetch. */
const formOf = ({ headers, bytes }: ReceivedRequest): Promise<FormData> =>
  new Response(new Uint8Array(bytes), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();

const NORTH = { text: 'Which way is north?' };
const event = (fields: object): string => `data: ${JSON.stringify(fields)}\n\n`;

describe('Audio', () => {
  let stage: SurfaceStage;
  beforeEach(async () => {
    stage = await SurfaceStage.start(2);
  });
  afterEach(() => stage.close());
  const one = (): ScriptedUpstream => stage.upstreams[0] as ScriptedUpstream;
  const two = (): ScriptedUpstream => stage.upstreams[1] as ScriptedUpstream;

  it('reaches each target whole, with its name and type, under the model of the target', async () => {
    one().always(reply(500, { error: { message: 'broken' } }));
    two().always(reply(200, NORTH));
    const file = await toFile(wav(), 'north "1" ä.wav', { type: 'audio/wav' });
    const { text } = await stage.proxy.client.audio.transcriptions.create({
      file,
      model: 'default',
      language: 'en',
      prompt: 'north, südwest',
      timestamp_granularities: ['word', 'segment'],
    });
    expect(text).to.equal(NORTH.text);
    for (const upstream of stage.upstreams) {
      const [received] = upstream.received as [ReceivedRequest];
      expect(received.path).to.equal('/v1/audio/transcriptions');
      expect(Number(received.headers['content-length'])).to.equal(received.bytes.length);
      const form = await formOf(received);
      expect(form.get('model')).to.equal('a-model');
      expect(form.getAll('timestamp_granularities[]')).to.deep.equal(['word', 'segment']);
      expect([form.get('language'), form.get('prompt')]).to.deep.equal(['en', 'north, südwest']);
      const sent = form.get('file') as File;
      expect(Buffer.from(await sent.arrayBuffer()).equals(wav())).to.equal(true);
      expect([sent.name, sent.type]).to.deep.equal(['north "1" ä.wav', 'audio/wav']);
    }
    const boundaries = stage.upstreams.map(({ received }) => received[0]?.headers['content-type']);
    expect(new Set(boundaries).size).to.equal(2);
  });

  for (const where of ['in front of', 'behind']) {
    it(`goes to the chain that the model ${where} the file names`, async () => {
      one().always(reply(200, NORTH));
      two().always(reply(200, NORTH));
      const form = new FormData();
      if (where !== 'behind') form.append('model', 'two/whisper-1');
      form.append('file', new Blob([new Uint8Array(wav())]), 'a.wav');
      if (where === 'behind') form.append('model', 'two/whisper-1');
      const response = await stage.post('/audio/transcriptions', form);
      expect(response.headers.get('x-429chain-target')).to.equal('two/whisper-1');
      const sent = await formOf(two().received[0] as ReceivedRequest);
      expect(sent.getAll('model')).to.deep.equal(['whisper-1']);
    });
  }

  it('gets a model if the form names none', async () => {
    one().always(reply(200, NORTH));
    const form = new FormData();
    form.append('file', new Blob(['x']), 'a.wav');
    expect((await stage.post('/audio/translations', form)).status).to.equal(200);
    expect((await formOf(one().received[0] as ReceivedRequest)).get('model')).to.equal('a-model');
  });

  it('is a file also where its name looks like other fields', async () => {
    one().always(reply(200, NORTH));
    const body = [
      '--b\r\nContent-Disposition: form-data; filename="x; name=\\"model\\"; a.wav"; name="file"\r\n\r\nRIFF\r\n',
      '--b\r\nContent-Disposition: form-data; name="prompt; filename=x"\r\n\r\nnorth\r\n',
      '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ndefault\r\n--b--\r\n',
    ].join('');
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'multipart/form-data; boundary=b' };
    const response = await stage.post('/audio/transcriptions', {}, { headers, body });
    expect(await response.json()).to.deep.equal(NORTH);
    expect(one().received[0]?.bytes.toString()).to.include('RIFF').and.to.include('\r\n\r\na-model\r\n');
  });

  const texts: readonly [format: string, type: string, body: string][] = [
    ['text', 'text/plain; charset=utf-8', 'Which way is north?\n'],
    ['srt', 'application/x-subrip', '1\n00:00:00,000 --> 00:00:01,000\nWhich way?\n'],
    ['vtt', 'text/vtt', 'WEBVTT\n\n00:00.000 --> 00:01.000\nWhich way?\n'],
    ['text', 'text/html; charset=utf-8', 'Which way is north?\n'],
    ['text', 'text/plain', ''],
  ];
  for (const [format, type, body] of texts) {
    it(`comes back as ${format} with ${type}, ${body.length} bytes`, async () => {
      one().always(reply(200, body, { 'content-type': type }));
      const response = await stage.post('/audio/transcriptions', recording({ response_format: format }));
      expect(response.headers.get('content-type')).to.equal(type);
      expect(await response.text()).to.equal(body);
    });
  }

  it('falls over when a page comes in place of subtitles', async () => {
    one().always(reply(200, '<!DOCTYPE html><p>no', { 'content-type': 'text/html' }));
    two().always(reply(200, 'WEBVTT', { 'content-type': 'text/vtt' }));
    const response = await stage.post('/audio/transcriptions', recording({ response_format: 'vtt' }));
    expect(await response.text()).to.equal('WEBVTT');
  });

  for (const format of ['', 'json', 'verbose_json', 'diarized_json']) {
    it(`falls over when text comes in place of ${format || 'the default format'}`, async () => {
      one().always(reply(200, 'Which way is north?'));
      two().always(reply(200, NORTH));
      const response = await stage.post(
        '/audio/transcriptions',
        recording(format === '' ? {} : { response_format: format }),
      );
      expect(await response.json()).to.deep.equal(NORTH);
      expect(one().received).to.have.length(1);
    });
  }

  it('costs a request, and the tokens that the provider counts', async () => {
    one().always(
      reply(200, { ...NORTH, usage: { type: 'tokens', input_tokens: 14, output_tokens: 3, total_tokens: 17 } }),
    );
    await stage.post('/audio/transcriptions', recording());
    one().always(reply(200, { ...NORTH, usage: { type: 'duration', seconds: 3 } }));
    await stage.post('/audio/transcriptions', recording());
    const records = await stage.requests();
    expect(
      records.map(({ path, promptTokens, completionTokens }) => [path, promptTokens, completionTokens]),
    ).to.deep.equal([
      ['/audio/transcriptions', 0, 0],
      ['/audio/transcriptions', 14, 3],
    ]);
  });

  it('streams its text as events, and falls over before the first', async () => {
    const events = [
      event({ type: 'transcript.text.delta', delta: 'Which' }),
      event({ type: 'transcript.text.done', text: 'Which way' }),
    ];
    one().always(stream([event({ error: { message: 'Internal error' } })]));
    two().always(stream(events));
    const file = await toFile(wav(), 'a.wav');
    const found: unknown[] = [];
    for await (const each of await stage.proxy.client.audio.transcriptions.create({
      file,
      model: 'default',
      stream: true,
    }))
      found.push(each);
    expect(found.map((each) => event(each as object))).to.deep.equal(events);
  });

  it('comes back as JSON where the provider does not stream', async () => {
    one().always(reply(200, NORTH));
    const response = await stage.post('/audio/transcriptions', recording({ stream: 'true' }));
    expect(response.headers.get('content-type')).to.match(/^application\/json/);
    expect(await response.json()).to.deep.equal(NORTH);
  });

  it('ends with an error if its events break off', async () => {
    one().always(stream([event({ type: 'transcript.text.delta', delta: 'Which' })]));
    const response = await stage.post('/audio/transcriptions', recording({ stream: 'true' }));
    const text = await response.text();
    expect(text).to.include('"Which"').and.include('broke off after its first token').and.not.include('done');
    expect(two().received).to.deep.equal([]);
  });

  const BAD: readonly [what: string, type: string, body: string, status: number, code: string][] = [
    ['JSON', 'application/json', '{}', 415, 'unsupported_media_type'],
    ['no boundary', 'multipart/form-data', '', 415, 'unsupported_media_type'],
    ['a torn form', 'multipart/form-data; boundary=b', '--b\r\n\r\nA', 400, 'invalid_request'],
    [
      'no file',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nA\r\n--b--',
      400,
      'invalid_request',
    ],
  ];
  for (const [what, type, body, status, code] of BAD) {
    it(`is refused with ${what}`, async () => {
      const response = await fetch(`${stage.proxy.address}/v1/audio/transcriptions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': type },
        body,
      });
      const { error } = (await response.json()) as { error: { code: string } };
      expect([response.status, error.code]).to.deep.equal([status, code]);
      expect(one().received).to.deep.equal([]);
    });
  }
});
