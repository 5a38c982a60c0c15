import { expect } from 'chai';
import { HELLO } from '../../proxy.js';
import { type Answerer, type ReceivedRequest, reply, stream } from '../../scripted-upstream.js';
import {
  BEGUN,
  breakingAfter,
  endFrames,
  ROLE,
  readWithSdk,
  resuming,
  type Setting,
  Stage,
  TEXT,
  textFrames,
} from '../stream/stage.js';

describe('A resumed stream at a provider that takes a prefill', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  const PLUGIN = `export default { name: 'prefilling', apply(api) {
    api.addProviderType('prefilling', { prefill: { message: { prefix: true }, body: { continue: 1 } } });
  } };`;
  const setting: Setting = { plugin: PLUGIN, provider: { type: 'prefilling' } };

  const prefilled: Answerer = (res, { body }) => {
    const last = (body.messages as { role: string; content: string }[]).at(-1);
    expect(last).to.include({ role: 'assistant', prefix: true });
    expect(body.continue).to.equal(1);
    return stream([ROLE, ...textFrames(TEXT.slice(last?.content.length)), ...endFrames()])(res, {} as ReceivedRequest);
  };

  for (const [where, to] of [
    ['after a word', TEXT.indexOf(' and counted')],
    ['inside a word', TEXT.indexOf('unted')],
    ['after a space', TEXT.indexOf('counted')],
    ['after an empty line', TEXT.indexOf('Each evening')],
  ] as const) {
    it(`continues the text, cut ${where}`, async () => {
      stage = await Stage.set([breakingAfter(TEXT.slice(0, to)), prefilled], setting);
      expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
      const messages = stage.upstreams[1]?.received[0]?.body.messages as { content: string }[];
      expect(messages.map(({ content }) => content)).to.deep.equal([HELLO[0].content, TEXT.slice(0, to).trimEnd()]);
    });
  }

  it('falls back to the instruction when the provider refuses the prefill, at once and from then on', async () => {
    const lastRoles: string[] = [];
    const refusing: Answerer = (res, request) => {
      const { role } = (request.body.messages as { role: string }[]).at(-1) ?? { role: '' };
      lastRoles.push(role);
      if (role !== 'assistant') return resuming('repeats the last words')(res, request);
      return reply(400, { error: { message: 'The last message must be of the user.' } })(res, request);
    };
    stage = await Stage.set([breakingAfter(BEGUN), refusing], setting);
    for (let index = 0; index < 2; index++) {
      expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
    }
    expect(lastRoles).to.deep.equal(['assistant', 'user', 'user']);
    expect(stage.outcomes.map(({ resumed }) => resumed)).to.deep.equal([1, 1]);
  });
});
