import { expect } from 'chai';
import OpenAI from 'openai';
import { HELLO } from '../../proxy.js';
import { type Answerer, chunk, DONE, stream } from '../../scripted-upstream.js';
import {
  BEGUN,
  breakingAfter,
  frame,
  INSTRUCTION,
  RESUME_STYLES,
  ROLE,
  readWithSdk,
  resuming,
  Stage,
  startOf,
  TEXT,
  textFrames,
  wholeStream,
} from '../stream/stage.js';

describe('A stream that breaks after its first token', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  interface Break {
    readonly how: string;
    /** The last frames before the break. */
    readonly last: readonly (string | Buffer)[];
    readonly end: 'end' | 'cut' | 'hang';
    readonly says: RegExp;
    readonly class?: string;
    readonly headers?: Record<string, string>;
  }

  const tornFrame = Buffer.from(chunk({ content: 'and 🌊' }));

  const BREAKS: readonly Break[] = [
    { how: 'the connection is cut', last: [], end: 'cut', says: /the connection broke/ },
    {
      how: 'the connection is cut in a frame',
      last: [tornFrame.subarray(0, 60)],
      end: 'cut',
      says: /connection broke/,
    },
    { how: 'it ends without a finish reason', last: [], end: 'end', says: /cut off before its end/ },
    {
      how: 'it ends inside a character',
      last: [tornFrame.subarray(0, tornFrame.indexOf('🌊') + 2)],
      end: 'end',
      says: /cut off before its end/,
    },
    { how: 'it stalls', last: [], end: 'hang', says: /no further chunk within 0.3 s/ },
    {
      how: 'an error frame comes',
      last: [frame({ error: { message: 'overheated' } })],
      end: 'hang',
      says: /overheated/,
    },
    {
      how: 'an error frame comes, and a [DONE] after it',
      last: [frame({ error: { message: 'overheated' } }), DONE],
      end: 'end',
      says: /overheated/,
    },
    { how: '`event: error` comes', last: [frame({ message: 'overheated' }, 'error')], end: 'hang', says: /overheated/ },
    { how: 'the finish reason is "error"', last: [chunk({}, 'error')], end: 'hang', says: /with the reason ..?error/ },
  ];

  const breaking = ({ last, end }: Break): Answerer => stream([ROLE, ...textFrames(BEGUN), ...last], end);

  const QUICK = { timeouts: { idle: '300ms' } };

  for (const broken of BREAKS) {
    for (const style of RESUME_STYLES) {
      it(`resumes at a target that ${style} when ${broken.how}`, async () => {
        stage = await Stage.set([breaking(broken), resuming(style)], { chain: QUICK });
        const { text, error } = await readWithSdk(stage);
        expect(text).to.equal(TEXT);
        expect(error).to.equal(undefined);
        const { status, resumed, attempts, servedBy } = await stage.outcome();
        expect({ status, resumed, servedBy: servedBy?.id }).to.deep.equal({
          status: 200,
          resumed: 1,
          servedBy: 'two/a-model',
        });
        expect(attempts.map(({ attempt, failure }) => [attempt.target.id, failure?.class])).to.deep.equal([
          ['one/a-model', broken.class ?? 'server_error'],
          ['two/a-model', undefined],
        ]);
        expect(attempts[0]?.failure?.message).to.match(broken.says);
      });
    }
  }

  for (const broken of BREAKS) {
    it(`resumes at the same target when there is no other and ${broken.how}`, async () => {
      stage = await Stage.set([resuming('repeats the last words')], { chain: QUICK });
      stage.upstreams[0]?.script(breaking(broken));
      expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
      expect(stage.requestCounts).to.deep.equal([2]);
    });
  }

  for (const broken of BREAKS) {
    it(`ends without \`resume\` in an error frame and no [DONE] when ${broken.how} (pitfall 26: a clean end)`, async () => {
      const answerers = [breaking(broken), resuming('repeats the last words')];
      stage = await Stage.set(answerers, { chain: { ...QUICK, resume: false } });
      const { body, whole } = await stage.raw().answer();
      const begun = [ROLE, ...textFrames(BEGUN)].join('');
      expect(body.toString().startsWith(begun)).to.equal(true);
      const last = body.toString().slice(body.lastIndexOf('\n\n', body.length - 3) + 2);
      expect(JSON.parse(last.replace('data: ', '')).error).to.include({ code: 'upstream_failed' });
      expect(last)
        .to.match(broken.says)
        .and.match(/one\/a-model broke off after its first token/);
      expect(body.includes('[DONE]')).to.equal(false);
      expect(whole).to.equal(true);
      expect(stage.requestCounts).to.deep.equal([1, 0]);
      const { status, resumed } = await stage.outcome();
      expect({ status, resumed }).to.deep.equal({ status: 502, resumed: 0 });
    });
  }

  for (const broken of BREAKS) {
    it(`makes the SDK throw without \`resume\` when ${broken.how}`, async () => {
      stage = await Stage.set([breaking(broken)], { chain: { ...QUICK, resume: false } });
      const { text, error } = await readWithSdk(stage);
      expect(text).to.equal(BEGUN);
      expect(error).to.be.instanceOf(OpenAI.APIError);
    });
  }

  it('says so in a comment and in the log, and sends nothing of the instruction (pitfall 31: a hard-coded sentence)', async () => {
    stage = await Stage.set([breakingAfter(BEGUN), resuming('repeats the last words')]);
    const { body } = await stage.raw().answer();
    const text = body.toString();
    expect(text.split('\n').filter((line) => line.startsWith(':'))).to.deep.equal([
      ': 429chain: one/a-model broke off, two/a-model continues',
    ]);
    expect(text.match(/\[DONE\]/g)).to.have.length(1);
    expect(text).not.to.contain('Weiter').and.not.to.contain('cut off').and.not.to.contain('error');
    expect(stage.proxy.log.lines.join('\n'))
      .to.match(/one\/a-model broke off in the middle of its answer \(the connection broke/)
      .and.match(/two\/a-model continues the answer that one\/a-model began/);
  });

  it("asks with the chain's instruction, and shows the beginning as the target's own message", async () => {
    stage = await Stage.set([breakingAfter(BEGUN), resuming('starts over')]);
    await stage.raw({ temperature: 0.5, user: 'me' }).answer();
    const { messages, ...rest } = stage.upstreams[1]?.received[0]?.body ?? {};
    const [question, begun, ask, ...more] = messages as { role: string; content: string }[];
    expect(question).to.deep.equal(HELLO[0]);
    expect(begun?.role).to.equal('assistant');
    expect(ask?.role).to.equal('user');
    expect(ask?.content.startsWith(INSTRUCTION)).to.equal(true);
    const between = BEGUN.slice(begun?.content.length).match(/^\s*/)?.[0];
    expect(`${begun?.content}${between}${ask?.content.slice(INSTRUCTION.length)}`).to.equal(BEGUN);
    expect(more).to.deep.equal([]);
    expect(rest).to.include({ temperature: 0.5, user: 'me', stream: true, model: 'a-model' });
  });

  it('asks with the default instruction when the chain has none', async () => {
    stage = await Stage.set([breakingAfter(BEGUN), resuming('starts over')], {
      chain: { resumeInstruction: undefined },
    });
    const { body } = await stage.raw().answer();
    const messages = stage.upstreams[1]?.received[0]?.body.messages as { content: string }[];
    expect(messages.at(-1)?.content).to.match(/^Your last message was cut off\./);
    expect(body.includes('cut off')).to.equal(false);
  });

  for (const style of RESUME_STYLES) {
    it(`resumes between the halves of a surrogate pair when the next target ${style}`, async () => {
      const half = TEXT.lastIndexOf('🌊') + 1;
      stage = await Stage.set([breakingAfter(TEXT.slice(0, half)), resuming(style)]);
      expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
    });
  }

  it('resumes at a target with other quotation marks and other white space', async () => {
    const rewritten = TEXT.slice(0, BEGUN.length)
      .replaceAll(/[“”]/g, '"')
      .replaceAll('\n\n', '\n')
      .replaceAll(', ', ',  ');
    stage = await Stage.set([breakingAfter(BEGUN), stream([wholeStream(rewritten + TEXT.slice(BEGUN.length))])]);
    expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
  });

  it('asks for the whole answer again when the caller got hardly any of it', async () => {
    stage = await Stage.set([breakingAfter(TEXT.slice(0, 12)), resuming('starts over')]);
    expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
    expect(stage.upstreams[1]?.received[0]?.body.messages).to.deep.equal(HELLO);
  });

  for (const asks of [false, true]) {
    it(
      asks ? 'passes usage to a caller who asks for it' : 'hides usage from a caller who does not ask for it',
      async () => {
        const usage = frame({ id: 'c', choices: [], usage: { prompt_tokens: 7, completion_tokens: 2 } });
        stage = await Stage.set([
          breakingAfter(BEGUN),
          (res, request) => {
            const rest = textFrames(TEXT.slice(startOf(request, 'repeats the last words')));
            return stream([ROLE, ...rest, chunk({}, 'stop'), usage, DONE])(res, request);
          },
        ]);
        const { body } = await stage.raw(asks ? { stream_options: { include_usage: true } } : {}).answer();
        expect(body.toString().endsWith(chunk({}, 'stop') + (asks ? usage : '') + DONE)).to.equal(true);
        const total = (await stage.outcome()).usage;
        // The first target reported nothing before it broke off: its part is an estimate.
        expect(total?.estimated).to.equal(true);
        expect(total?.input).to.be.greaterThan(7);
        expect(total?.output).to.be.greaterThan(2);
      },
    );
  }

  it('counts the usage of all targets that gave a part of the answer', async () => {
    const usage = (input: number, output: number, cached: number): string =>
      frame({
        id: 'c',
        choices: [],
        usage: {
          prompt_tokens: input,
          completion_tokens: output,
          prompt_tokens_details: { cached_tokens: cached },
        },
      });
    stage = await Stage.set([
      stream([ROLE, ...textFrames(BEGUN), usage(5, 4, 2)], 'cut'),
      stream([ROLE, ...textFrames(TEXT), chunk({}, 'stop'), usage(7, 9, 3), DONE]),
    ]);
    await stage.raw({}).answer();
    const outcome = await stage.outcome();
    expect(outcome.resumed).to.equal(1);
    expect(outcome.usage).to.deep.equal({ input: 12, output: 13, cached: 5, estimated: false });
  });
});
