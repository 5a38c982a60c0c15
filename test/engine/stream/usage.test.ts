import { expect } from 'chai';
import { answer, chunk, DONE, reply, stream } from '../../scripted-upstream.js';
import { frame, ROLE, Stage, wholeStream } from './stage.js';

describe('The usage of a stream', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  const REPORTED = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
  const lastChoice = (more: object): string => chunk({}, 'stop', more);

  interface Place {
    readonly where: string;
    readonly frames: readonly string[];
    /** A frame that contains nothing but usage. */
    readonly separate?: string;
    readonly usage?: object;
  }

  const usageFrame = (more: object): string =>
    frame({ id: 'c', object: 'chat.completion.chunk', choices: [], ...more });
  const PLACES: readonly Place[] = [
    { where: 'a last chunk without choices', frames: [chunk({}, 'stop')], separate: usageFrame({ usage: REPORTED }) },
    {
      where: 'a last chunk without choices, with null before it',
      frames: [chunk({}, 'stop', { usage: null })],
      separate: usageFrame({ usage: REPORTED }),
    },
    { where: 'the last chunk with choices', frames: [lastChoice({ usage: REPORTED })] },
    { where: '`x_groq.usage` of the last chunk', frames: [lastChoice({ x_groq: { id: 'r', usage: REPORTED } })] },
    {
      where: '`x_groq.usage`, and again without choices',
      frames: [lastChoice({ x_groq: { id: 'r', usage: REPORTED } })],
      separate: usageFrame({ usage: REPORTED }),
    },
    {
      where: 'every chunk, where the last one counts',
      frames: [
        chunk({ content: 'b' }, null, { usage: { prompt_tokens: 7, completion_tokens: 1 } }),
        lastChoice({ usage: REPORTED }),
      ],
    },
    {
      where: "a chunk with cached tokens under OpenAI's name",
      frames: [chunk({}, 'stop')],
      separate: usageFrame({ usage: { ...REPORTED, prompt_tokens_details: { cached_tokens: 4 } } }),
      usage: { input: 7, output: 2, cached: 4, estimated: false },
    },
    {
      where: "a chunk with cached tokens under DeepSeek's name",
      frames: [lastChoice({ usage: { ...REPORTED, prompt_cache_hit_tokens: 4 } })],
      usage: { input: 7, output: 2, cached: 4, estimated: false },
    },
  ];

  for (const { where, frames, separate = '', usage = { input: 7, output: 2, estimated: false } } of PLACES) {
    const before = [ROLE, chunk({ content: 'a' }), ...frames].join('');
    for (const asks of [false, true]) {
      it(`is read from ${where}, and ${asks ? 'passed to a caller who asks for it' : 'hidden from a caller who does not ask for it'}`, async () => {
        stage = await Stage.set([stream([before, separate, DONE])]);
        const options = asks ? { stream_options: { include_usage: true, x: 1 } } : { stream_options: { x: 1 } };
        const { body } = await stage.raw(options).answer();
        expect(body.toString()).to.equal(before + (asks ? separate : '') + DONE);
        expect((await stage.outcome()).usage).to.deep.equal(usage);
        const sent = stage.upstreams[0]?.received[0]?.body.stream_options;
        expect(sent).to.deep.equal({ include_usage: true, x: 1 });
      });
    }
  }

  it('is hidden from a caller who declines it, and still logged', async () => {
    stage = await Stage.set([
      stream([ROLE, chunk({ content: 'a' }), chunk({}, 'stop'), usageFrame({ usage: REPORTED }), DONE]),
    ]);
    const { body } = await stage.raw({ stream_options: { include_usage: false } }).answer();
    expect(body.includes('prompt_tokens')).to.equal(false);
    expect((await stage.outcome()).usage).to.deep.equal({ input: 7, output: 2, estimated: false });
  });

  it('is estimated when the provider does not report it (pitfall 32: the request was lost)', async () => {
    stage = await Stage.set([stream([wholeStream('hello')])]);
    await stage.raw().answer();
    const { usage, status } = await stage.outcome();
    expect(status).to.equal(200);
    expect(usage).to.include({ estimated: true });
  });

  it('is not asked for when the answer is not streamed', async () => {
    stage = await Stage.set([answer('hello')]);
    await stage.raw({ stream: false }).answer();
    expect(stage.upstreams[0]?.received[0]?.body).not.to.have.property('stream_options');
    expect((await stage.outcome()).usage).to.deep.equal({ input: 5, output: 3, estimated: false });
  });

  it('is not asked for again after a provider refused `stream_options`, and the caller sees nothing of it (pitfall 28)', async () => {
    const strict = {
      detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }],
    };
    stage = await Stage.set([
      (res, request) =>
        ('stream_options' in request.body ? reply(422, strict) : stream([wholeStream('hello')]))(res, request),
    ]);
    const { body } = await stage.raw().answer();
    expect(body.toString()).to.equal(wholeStream('hello'));
  });
});
