import { expect } from 'chai';
import fc from 'fast-check';
import OpenAI from 'openai';
import { RawCaller } from '../../network/raw-caller.js';
import { HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { chunk, DONE, ScriptedUpstream, stream } from '../../scripted-upstream.js';

const RUNS = 150;

type LineEnd = '\n' | '\r\n' | '\r';

/** A frame as a provider may write it. */
interface Written {
  readonly value: object;
  /** Spaces of indentation. More than 0 spreads the JSON over several lines. */
  readonly indent: number;
  /** A space after the colon, or nothing. */
  readonly space: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly lineEnd: LineEnd;
  readonly frameEnd: LineEnd;
}

const lineEnd = fc.constantFrom<LineEnd>('\n', '\r\n', '\r');

/** Contains no line ends. */
const comment = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `:${text.replace(/[\r\n]/g, '')}`);
const field = fc.constantFrom('id: 7', 'event: message', 'retry: 10', 'x-unknown: a', 'id', 'event:');
const lines = fc.array(fc.oneof({ weight: 2, arbitrary: comment }, { weight: 1, arbitrary: field }), { maxLength: 2 });

const choice = (delta: object, finish: string | null = null): object => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

const plainText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
/** Text that a careless parser mistakes for something else. */
const traps = fc.constantFrom('[DONE]', '"error"', 'data: x', 'event: error', '\n\n', '\r\n\r\n', '"usage":{', '\\');
const text = fc.oneof({ weight: 4, arbitrary: plainText }, { weight: 1, arbitrary: traps });

const delta = fc.oneof(
  { weight: 5, arbitrary: text.map((content) => ({ content })) },
  { weight: 1, arbitrary: fc.constant({ role: 'assistant', content: '' }) },
  { weight: 1, arbitrary: text.map((reasoning) => ({ reasoning })) },
  { weight: 1, arbitrary: text.map((content) => ({ content, x_unknown: [1, null, { a: 1.5 }] })) },
);

const written = (value: fc.Arbitrary<object>): fc.Arbitrary<Written> =>
  fc.record({
    value,
    indent: fc.constantFrom(0, 0, 1),
    space: fc.constantFrom(' ', ''),
    before: lines,
    after: lines,
    lineEnd,
    frameEnd: lineEnd,
  });

const textOf = ({ value, indent, space, before, after, lineEnd, frameEnd }: Written): string => {
  const data = JSON.stringify(value, null, indent).split('\n');
  const all = [...before, ...data.map((line) => `data:${space}${line}`), ...after];
  // CR and LF would be one line end and not a blank line.
  return all.join(lineEnd) + lineEnd + (lineEnd === '\r' && frameEnd === '\n' ? '\r' : frameEnd);
};

const ROLE = chunk({ role: 'assistant', content: '' });

/** Frames with content, in any order, and the end of an answer. */
const anyStream = fc.record({
  start: fc.constantFrom('', ': OPENROUTER PROCESSING\n\n', '\n\r\n').map((before) => before + ROLE),
  frames: fc.array(written(delta.map((each) => choice(each))), { maxLength: 12 }),
  first: written(text.map((content) => choice({ content }))),
  at: fc.nat(),
  end: written(fc.constantFrom('stop', 'length', 'content_filter').map((reason) => choice({}, reason))),
});

type AnyStream = typeof anyStream extends fc.Arbitrary<infer T> ? T : never;

/** Puts the frame with content somewhere among the others. Without one it would not be an answer. */
const framesOf = ({ frames, first, at }: AnyStream): Written[] => frames.toSpliced(at % (frames.length + 1), 0, first);

const beforeEnd = (stream: AnyStream): string => stream.start + framesOf(stream).map(textOf).join('');

const contentOf = (frames: readonly Written[]): string =>
  frames
    .map(({ value }) => (value as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? '')
    .join('');

/** Cuts at these places, given as fractions of the length. */
const cutAt = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const sorted = places.map((place) => Math.floor(place * bytes.length)).toSorted((one, other) => one - other);
  return [0, ...sorted].map((from, index) => bytes.subarray(from, sorted[index] ?? bytes.length));
};

const plain = (frame: Written): Written => ({
  ...frame,
  lineEnd: frame.lineEnd === '\r' ? '\n' : frame.lineEnd,
  frameEnd: frame.frameEnd === '\r' ? '\n' : frame.frameEnd,
});

/** The SDK splits only at LF and CR LF, and does not accept a byte order mark. */
const forSdk = anyStream.map(
  ({ frames, first, at, end }): AnyStream => ({
    start: ROLE,
    frames: frames.map(plain),
    first: plain(first),
    at,
    end: plain(end),
  }),
);

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

describe('Any stream', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;
  let runs = 0;

  before(async () => {
    upstream = await ScriptedUpstream.start();
    proxy = await startProxy({
      providers: { one: { type: 'openai-compatible', baseUrl: upstream.baseUrl } },
      chains: {
        resuming: { targets: ['one/a-model'], maxWait: '0s' },
        default: { targets: ['one/a-model'], maxWait: '0s', resume: false },
      },
    });
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  /** Returns a target without a history. */
  const fresh = (): string => `one/model-${runs++}`;

  it(`arrives as the same bytes, however the provider splits it into writes (${RUNS} runs)`, async () => {
    const property = fc.asyncProperty(
      anyStream,
      fc.array(place, { maxLength: 40 }),
      fc.boolean(),
      async (all, places, resumes) => {
        const bytes = Buffer.from(beforeEnd(all) + textOf(all.end) + DONE);
        upstream.always(stream(cutAt(bytes, places)));
        const { body, whole } = await new RawCaller(proxy.address, { model: resumes ? 'resuming' : fresh() }).answer();
        expect(body.toString()).to.equal(bytes.toString());
        expect(body.equals(bytes)).to.equal(true);
        expect(whole).to.equal(true);
      },
    );
    await fc.assert(property, { numRuns: RUNS });
  });

  /** Returns what the SDK made of the stream, and the error that it threw. */
  const readWithSdk = async (): Promise<{ text: string; error?: unknown }> => {
    let text = '';
    try {
      const parts = await proxy.client.chat.completions.create({ model: fresh(), messages: [...HELLO], stream: true });
      for await (const { choices } of parts) text += choices[0]?.delta.content ?? '';
      return { text };
    } catch (error) {
      return { text, error };
    }
  };

  it(`is read whole by the SDK when it is whole (${RUNS} runs)`, async () => {
    const property = fc.asyncProperty(forSdk, fc.array(place, { maxLength: 10 }), async (all, places) => {
      upstream.always(stream(cutAt(Buffer.from(beforeEnd(all) + textOf(all.end)), places)));
      expect(await readWithSdk()).to.deep.equal({ text: contentOf(framesOf(all)) });
    });
    await fc.assert(property, { numRuns: RUNS });
  });

  it(`makes the SDK throw when it is cut off before its end (${RUNS} runs)`, async () => {
    const property = fc.asyncProperty(
      forSdk,
      place,
      fc.array(place, { maxLength: 10 }),
      fc.constantFrom('end' as const, 'cut' as const),
      async (all, cut, places, end) => {
        const last = textOf(all.end);
        const bytes = Buffer.from(beforeEnd(all) + last.slice(0, last.lastIndexOf('}')));
        upstream.always(stream(cutAt(bytes.subarray(0, Math.ceil(cut * bytes.length)), places), end));
        const { text, error } = await readWithSdk();
        expect(error).to.be.instanceOf(OpenAI.APIError);
        expect(contentOf(framesOf(all)).startsWith(text), text).to.equal(true);
      },
    );
    await fc.assert(property, { numRuns: RUNS });
  });
});
