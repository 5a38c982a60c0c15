import { expect } from 'chai';
import fc from 'fast-check';
import { readEvents } from '../../../src/engine/stream/frames/events.js';
import { areOrdinary } from '../../../src/engine/stream/frames/ordinary.js';
import { readErrorBody } from '../../../src/plugin/readers/errors/error-body.js';
import { chunk, DONE, stream } from '../../scripted-upstream.js';
import { frame, ROLE, Stage, textFrame, wholeStream } from './stage.js';

/** An error frame in each envelope that providers use. Each says `overheated`. */
const ENVELOPES: Readonly<Record<string, string>> = {
  'an object with `error`': frame({ error: { message: 'overheated', code: 429 } }),
  '`error` as text': frame({ error: 'overheated' }),
  '`error` beside choices': chunk({ content: '' }, null, { error: { message: 'overheated' } }),
  '`error` in a choice': frame({ choices: [{ index: 0, delta: {}, error: { message: 'overheated' } }] }),
  '`error` in a delta': frame({ choices: [{ index: 0, delta: { error: { message: 'overheated' } } }] }),
  'a list': frame([{ error: { message: 'overheated' } }]),
  '`"object":"error"` (vLLM)': frame({ object: 'error', message: 'overheated', code: 400 }),
  '`"type":"error"`': frame({ type: 'error', message: 'overheated' }),
  '`"type":"error"` with an inner error (Anthropic)': frame({ type: 'error', error: { message: 'overheated' } }),
  '`"event":"error"` with data': frame({ event: 'error', data: { message: 'overheated' } }),
  'message and code': frame({ message: 'overheated', code: 'busy' }),
  'message and status': frame({ message: 'overheated', status: 'UNAVAILABLE' }),
  'message alone': frame({ message: 'overheated' }),
  'detail as text (FastAPI)': frame({ detail: 'overheated' }),
  'detail as a list': frame({ detail: [{ loc: ['body'], msg: 'overheated' }] }),
  'detail as an object': frame({ detail: { message: 'overheated' } }),
  'errors as an object (ModelScope)': frame({ errors: { message: 'overheated' }, request_id: 'x' }),
  'errors as a list (Cloudflare)': frame({ success: false, errors: [{ code: 1, message: 'overheated' }] }),
  'errors as a list of texts': frame({ errors: ['overheated'] }),
  'error_msg (Baidu)': frame({ error_code: 17, error_msg: 'overheated' }),
  'base_resp (MiniMax)': frame({ base_resp: { status_code: 1002, status_msg: 'overheated' }, choices: null }),
  '`Error` in capitals beside choices': chunk({ content: '' }, null, { Error: { Message: 'overheated' } }),
  'fault beside choices': chunk({ content: '' }, null, { fault: { faultstring: 'overheated' } }),
  'a failed status inside a response': frame({ response: { status: 'failed', message: 'overheated' } }),
  'an error in a wrapper': frame({ data: { error: { message: 'overheated' } } }),
  'an event named "error"': frame({ message: 'overheated' }, 'error'),
  'an event named "error" with text': 'event: error\ndata: overheated\n\n',
  'the SSE field `error` (llama.cpp)': 'error: {"code":500,"message":"overheated"}\n\n',
  'a line of JSON without a field': '{"error":{"message":"overheated"}}\n\n',
};

describe('An error in a stream', () => {
  let stage: Stage;

  describe('is found in any envelope:', () => {
    for (const [envelope, error] of Object.entries(ENVELOPES)) {
      it(envelope, async () => {
        for (const rest of [[], [chunk({}, 'stop'), DONE]]) {
          stage = await Stage.set([stream([ROLE, textFrame('Once'), error, ...rest])], { chain: { resume: false } });
          const text = (await stage.raw().answer()).body.toString();
          expect(text)
            .to.contain('Once')
            .and.to.match(/data: \{"error":\{"message":"(?:one.*: )?overheated"/);
          expect(text).not.to.contain('[DONE]');
          await stage.close();
        }
      });
    }
  });

  for (const [envelope, error] of Object.entries(ENVELOPES)) {
    it(`reaches the failure with its words, and the next target answers: ${envelope}`, async () => {
      stage = await Stage.set([stream([error, DONE]), stream([wholeStream('second')])]);
      expect((await stage.raw().answer()).body.toString()).to.equal(wholeStream('second'));
      expect((await stage.outcome()).attempts[0]?.failure?.message).to.equal('overheated');
      await stage.close();
    });
  }
  it('has the class of the status that it states', async () => {
    stage = await Stage.set([
      stream([frame({ object: 'error', message: 'slow down', code: 429 })]),
      stream([wholeStream('x')]),
    ]);
    await stage.raw().answer();
    expect((await stage.outcome()).attempts[0]?.failure?.class).to.equal('rate_limit');
    await stage.close();
  });

  it('is not seen in chunks without one', () => {
    const chunks = [
      frame({ id: 'c', choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } }),
      frame({ id: 'c', choices: [], prompt_filter_results: [] }),
      chunk({ content: 'a' }, null, {
        error: null,
        errors: [],
        detail: null,
        base_resp: { status_code: 0, status_msg: '' },
      }),
      frame({ type: 'ping' }),
      frame({ status: 'queued', message: 'two are ahead' }),
    ];
    for (const each of chunks) expect(readEvents(Buffer.from(each))[0]?.content.error, each).to.equal(undefined);
  });

  it('keeps its words in any nesting of the known envelopes', () => {
    const error = fc.record({ message: fc.constant('overheated') }, { requiredKeys: ['message'] });
    const wrapped = error.chain((inner) =>
      fc.constantFrom<object>(
        { error: inner },
        { errors: [inner] },
        { errors: inner },
        { type: 'error', error: inner },
        { object: 'error', ...inner },
        { detail: inner },
        { data: { error: inner } },
        { response: { errors: inner } },
      ),
    );
    const noise = fc.dictionary(fc.constantFrom('id', 'request_id', 'created', 'model', 'provider'), fc.string());
    const property = fc.property(wrapped, noise, fc.boolean(), (envelope, more, isLast) => {
      const value = isLast ? { ...envelope, ...more } : { ...more, ...envelope };
      const found = readEvents(Buffer.from(frame(value)))[0]?.content.error;
      expect(readErrorBody(found).message).to.equal('overheated');
    });
    fc.assert(property, { numRuns: 100 });
  });
});

describe('Frames that pass unread', () => {
  const ordinary = fc.record({
    id: fc.string(),
    created: fc.integer(),
    usage: fc.constant(null),
    choices: fc.tuple(
      fc.record(
        {
          index: fc.constant(0),
          delta: fc.record(
            {
              content: fc.oneof(fc.string({ unit: 'binary' }), fc.constant(null)),
              reasoning: fc.string(),
              reasoning_details: fc.array(fc.record({ text: fc.string(), index: fc.integer() })),
              tool_calls: fc.constantFrom(null, []),
            },
            { requiredKeys: ['content'] },
          ),
          logprobs: fc.constant(null),
          finish_reason: fc.constantFrom(null, ''),
        },
        { requiredKeys: ['index', 'delta'] },
      ),
    ),
  });

  it('include every chunk with nothing but text', () => {
    const property = fc.property(fc.array(ordinary, { minLength: 1, maxLength: 3 }), (chunks) => {
      expect(areOrdinary(Buffer.from(chunks.map((value) => frame(value)).join('')))).to.equal(true);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('contain no chunk that is damaged anywhere', () => {
    const property = fc.property(
      ordinary,
      fc.nat(),
      fc.constantFrom('', '"', '{', '}', ',', 'x', '\\'),
      (value, at, put) => {
        const whole = frame(value);
        const place = 6 + (at % (whole.length - 8));
        const damaged = whole.slice(0, place) + put + whole.slice(place + 1);
        if (!areOrdinary(Buffer.from(damaged))) return;
        const [event] = readEvents(Buffer.from(damaged));
        expect(event?.content.error, damaged).to.equal(undefined);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('contain no error, end, usage or tool call', () => {
    const others = [
      ...Object.values(ENVELOPES),
      DONE,
      chunk({}, 'stop'),
      chunk({ content: 'a' }, null, { usage: { prompt_tokens: 1 } }),
      chunk({ tool_calls: [{ index: 0 }] }),
      chunk({ function_call: { name: 'f' } }),
      ': comment\n\n',
      `id: 1\n${textFrame('a')}`,
    ];
    for (const each of others) {
      expect(areOrdinary(Buffer.from(each)), each).to.equal(false);
      expect(areOrdinary(Buffer.from(textFrame('a') + each)), each).to.equal(false);
    }
    expect(areOrdinary(Buffer.from(textFrame('"error" data: [DONE] "usage":{')))).to.equal(true);
  });
});
