import { expect } from 'chai';
import { answer, reply } from '../../scripted-upstream.js';
import { HELLO, MessagesStage } from './messages-stage.js';

const PATH = '/v1/messages/count_tokens';

/** The beginning of a picture in each format, 300 pixels wide and 200 high. */
const PICTURES: Readonly<Record<string, Buffer>> = {
  png: Buffer.from('89504e470d0a1a0a0000000d494844520000012c000000c80806000000', 'hex'),
  gif: Buffer.from('4749463839612c01c800f70000', 'hex'),
  jpeg: Buffer.from('ffd8ffe000104a46494600010100000100010000ffc000110800c8012c03012200', 'hex'),
  webp: Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WEBPVP8X', 'latin1'),
    Buffer.from('0a000000000000002b0100c70000', 'hex'),
  ]),
  lossless: Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WEBPVP8L', 'latin1'),
    Buffer.from('00000000', 'hex'),
    Buffer.from([0x2f, 299 & 0xff, (299 >> 8) | ((199 & 0x3) << 6), (199 >> 2) & 0xff, 0]),
  ]),
};

const image = (data: Buffer): object => ({
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: data.toString('base64') },
});

describe('POST /v1/messages/count_tokens', () => {
  let stage: MessagesStage;

  before(async () => {
    stage = await MessagesStage.start(1);
    stage.upstream().always(answer('Hello'));
  });

  after(() => stage.close());

  const count = async (body: object): Promise<number> => {
    const response = await stage.request(PATH, { model: 'm', messages: HELLO.messages, ...body });
    const counted = (await response.json()) as { input_tokens: number };
    expect(response.status, JSON.stringify(counted)).to.equal(200);
    expect(counted).to.have.all.keys('input_tokens');
    return counted.input_tokens;
  };

  it('counts text, the system prompt and tools', async () => {
    const plain = await count({});
    expect(plain).to.be.within(1, 40);
    const words = 'word '.repeat(1_000);
    expect(await count({ messages: [{ role: 'user', content: words }] })).to.be.within(1_000, 1_500);
    expect(await count({ system: words })).to.be.within(plain + 1_000, plain + 1_500);
    const tools = [{ name: 'read', description: words, input_schema: { type: 'object' } }];
    expect(await count({ tools })).to.be.within(plain + 1_000, plain + 1_600);
  });

  for (const [format, data] of Object.entries(PICTURES)) {
    it(`counts a picture by its size: ${format}`, async () => {
      const plain = await count({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Look' }] }] });
      const both = await count({
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Look' }, image(data)] }],
      });
      expect(both - plain).to.be.within(80, 110);
    });
  }

  it('counts pictures of unknown size, also in results of tools', async () => {
    const unknown = image(Buffer.from('no picture'));
    const link = { type: 'image', source: { type: 'url', url: 'https://a/b.png' } };
    expect(await count({ messages: [{ role: 'user', content: [unknown, link] }] })).to.be.within(3_200, 3_700);
    const call = { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'see', input: {} }] };
    const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [unknown] }] };
    expect(await count({ messages: [...HELLO.messages, call, result] })).to.be.within(1_600, 1_950);
  });

  it('refuses what a request for a message refuses', async () => {
    const response = await stage.request(PATH, {
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'video' }] }],
    });
    expect(response.status).to.equal(400);
    const { error } = (await response.json()) as { error: object };
    expect(error).to.include({ type: 'invalid_request_error', param: 'messages.0.content.0.type' });
    const keyless = await stage.request(PATH, HELLO, { 'x-api-key': 'wrong' });
    expect(keyless.status).to.equal(401);
  });

  it('answers many at once, with every target spent, without asking a provider', async () => {
    stage.upstream().always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '60' }));
    expect((await stage.ask()).status).to.equal(429);
    const before = stage.upstream().received.length;
    const counts = await Promise.all(Array.from({ length: 26 }, () => count({})));
    expect(new Set(counts).size).to.equal(1);
    expect(stage.upstream().received).to.have.length(before);
  });
});
