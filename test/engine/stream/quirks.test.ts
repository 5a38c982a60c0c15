import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { FirstTokenGate } from '../../../src/engine/stream/gate.js';
import { ToolCalls } from '../../../src/engine/stream/mended/tool-calls.js';
import { StreamRelay } from '../../../src/engine/stream/relay/relay.js';
import type { BodySink } from '../../../src/engine/stream/source.js';
import type { RawCaller } from '../../network/raw-caller.js';
import { chunk, completion, DONE, reply, stream } from '../../scripted-upstream.js';
import {
  BEGUN,
  breakingAfter,
  END_OF_STREAM,
  ROLE,
  readWithSdk,
  resuming,
  Stage,
  TEXT,
  textFrame,
  textFrames,
  wholeStream,
} from './stage.js';

type Part = { index?: number; id?: string; function?: { name?: string; arguments?: string | object } };

describe('Tool calls of a stream', () => {
  interface Case {
    readonly what: string;
    readonly parts: readonly (readonly Part[])[];
    /** Id, name and arguments of each call, in the order of their indexes. */
    readonly calls: readonly (readonly [string, string, string])[];
  }

  const f = (name: string, args: string | object) => ({ name, arguments: args });
  const CASES: readonly Case[] = [
    {
      what: 'without an index, in one chunk each',
      parts: [[{ id: 'a', function: f('f', '{}') }], [{ id: 'b', function: f('g', '{}') }]],
      calls: [
        ['a', 'f', '{}'],
        ['b', 'g', '{}'],
      ],
    },
    {
      what: 'without an index, in several chunks each',
      parts: [
        [{ id: 'a', function: f('f', '') }],
        [{ function: { arguments: '{"x":' } }],
        [{ function: { arguments: '1}' } }],
        [{ id: 'b', function: f('g', '') }],
        [{ function: { arguments: '{}' } }],
      ],
      calls: [
        ['a', 'f', '{"x":1}'],
        ['b', 'g', '{}'],
      ],
    },
    {
      what: 'without an index, both in one chunk',
      parts: [
        [
          { id: 'a', function: f('f', '{}') },
          { id: 'b', function: f('f', '{}') },
        ],
      ],
      calls: [
        ['a', 'f', '{}'],
        ['b', 'f', '{}'],
      ],
    },
    {
      what: 'with the same index and other ids',
      parts: [
        [{ index: 0, id: 'a', function: f('f', '{"x":') }],
        [{ index: 0, function: { arguments: '1}' } }],
        [{ index: 0, id: 'b', function: f('f', '{"y":') }],
        [{ index: 0, function: { arguments: '2}' } }],
      ],
      calls: [
        ['a', 'f', '{"x":1}'],
        ['b', 'f', '{"y":2}'],
      ],
    },
    {
      what: 'with the same index, no ids and other names',
      parts: [[{ index: 0, function: f('f', '{}') }], [{ index: 0, function: f('g', '{}') }]],
      calls: [
        ['new-1', 'f', '{}'],
        ['new-2', 'g', '{}'],
      ],
    },
    {
      what: 'with id and name in every chunk',
      parts: [[{ index: 0, id: 'a', function: f('f', '{"x"') }], [{ index: 0, id: 'a', function: f('f', ':1}') }]],
      calls: [['a', 'f', '{"x":1}']],
    },
    {
      what: 'with an object as arguments',
      parts: [[{ index: 0, id: 'a', function: f('f', { x: 1 }) }]],
      calls: [['a', 'f', '{"x":1}']],
    },
  ];

  /** As clients put calls together: by index. */
  const collected = (parts: readonly (readonly unknown[])[]): [string, string, string][] => {
    const calls: [string, string, string][] = [];
    for (const { index, id, function: called } of parts.flat() as Required<Part>[]) {
      const [knownId, name, args] = calls[index] ?? ['', '', ''];
      calls[index] = [knownId || (id ?? ''), name || (called?.name ?? ''), args + (called?.arguments ?? '')];
    }
    return calls;
  };

  for (const { what, parts, calls } of CASES) {
    it(`are told apart ${what}`, () => {
      let ids = 0;
      const toolCalls = new ToolCalls(() => `new-${++ids}`);
      expect(collected(parts.map((each) => toolCalls.add(each)))).to.deep.equal(calls);
      expect(toolCalls.isOpen).to.equal(false);
    });
  }

  it('stay the same objects if nothing has to change', () => {
    const toolCalls = new ToolCalls(() => 'new');
    for (const parts of [
      [{ index: 0, id: 'a', function: f('f', '') }],
      [{ index: 0, function: { arguments: '{}' } }],
      [{ index: 1, id: 'b', function: f('g', '{}') }],
    ]) {
      expect(toolCalls.add(parts)).to.equal(parts);
    }
  });
});

describe('A stream with quirks', () => {
  /** What a caller gets of a stream that comes in these pieces, and the error that it ends with. */
  const relayed = async (pieces: readonly Buffer[]): Promise<string> => {
    let body: BodySink | undefined;
    const consume = (sink: BodySink): void => {
      body = sink;
    };
    const source = { consume, pause() {}, resume() {}, abort() {} };
    const deadline = { started() {}, touch() {}, hold() {}, unhold() {} };
    const estimateUsage = () => ({ input: 1, output: 2, estimated: true });
    const gate = new FirstTokenGate();
    const relay = new StreamRelay(source, deadline, { hidesUsage: false, choices: 1, gate, estimateUsage });
    const opened = relay.open();
    for (const piece of pieces) body?.data(piece);
    body?.end();
    const out: string[] = [];
    try {
      await opened;
      await relay.pipe({ write: (bytes) => out.push(bytes.toString()) > 0, onDrain() {} });
    } catch (cause) {
      out.push((cause as Error).message);
    }
    // Ids that 429chain gives are random.
    return out.join('').replace(/call_[0-9a-f]{32}/g, 'call_new');
  };

  const call = (part: object): string => chunk({ tool_calls: [part] });
  const frames: readonly string[] = [
    chunk({ content: 'ü🌊' }, ''),
    textFrame('plain'),
    'id: 7\nevent: message\ndata: {"choices":[{"delta":{"role":"","content":"x"}}]}\n\n',
    call({ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":' } }),
    call({ function: { arguments: '1}' } }),
    call({ id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } }),
    ': comment\n\n',
    'data:\n\n',
    chunk({}, 'stop'),
    chunk({}, 'banana'),
    DONE,
    'error: {"message":"no"}\n\n',
    'data: oops\n\n',
  ];

  it('arrives the same however it is split into writes', async () => {
    const streams = fc.array(fc.constantFrom(...frames), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(streams, fc.array(fc.nat(), { maxLength: 12 }), async (all, places) => {
      const bytes = Buffer.from(all.join(''));
      const cuts = [
        0,
        ...places.map((place) => place % bytes.length).toSorted((one, other) => one - other),
        bytes.length,
      ];
      const pieces = cuts
        .slice(1)
        .map((to, index) => bytes.subarray(cuts[index], to))
        .filter(({ length }) => length > 0);
      const single = Array.from(bytes, (byte) => Buffer.from([byte]));
      const expected = await relayed([bytes]);
      expect(await relayed(pieces)).to.equal(expected);
      expect(await relayed(single)).to.equal(expected);
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it('keeps names and ids of the frames that change', async () => {
    const text = await relayed([Buffer.from(`id: 7\nevent: message\n${textFrame('a')}${END_OF_STREAM}`)]);
    expect(text).to.match(/^id: 7\nevent: message\ndata: \{.*"role":"assistant"/);
    expect(text).to.match(/data: \{[^\n]*"choices":\[\],"usage":\{[^\n]*"estimated":true\}\}\n\ndata: \[DONE\]\n\n$/);
  });

  let stage: Stage;
  afterEach(() => stage?.close());

  it('in gzip passes while it arrives', async () => {
    let caller: RawCaller | undefined;
    stage = await Stage.set([
      async (res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
        const gzip = createGzip();
        gzip.pipe(res);
        gzip.write(ROLE + textFrame('first'));
        gzip.flush();
        await caller?.sees('first');
        gzip.end(END_OF_STREAM);
        await once(res, 'close');
      },
    ]);
    caller = stage.raw();
    expect((await caller.answer()).body.toString()).to.equal(ROLE + textFrame('first') + END_OF_STREAM);
  });

  it('with ids is resumed without an event of its own, for a parser that takes every blank line for one', async () => {
    const withIds = textFrames(BEGUN).map((each, index) => `id: ${index}\n${each}`);
    stage = await Stage.set([stream([ROLE, ...withIds], 'cut'), resuming('repeats the last words')], {
      pace: { silenceMs: 40 },
    });
    const { body } = await stage.raw().answer();
    const events = body.toString().split('\n\n').slice(0, -1);
    expect(
      events.every((event) => /^data: /m.test(event)),
      body.toString(),
    ).to.equal(true);
    expect(body.toString()).to.contain(': 429chain: one/a-model broke off, two/a-model continues\n');
  });

  it('is resumed for the SDK, with comments between', async () => {
    stage = await Stage.set([breakingAfter(BEGUN), resuming('repeats the last words')], { pace: { silenceMs: 10 } });
    expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
  });
});

describe('A stream that waits for capacity', () => {
  const busy = reply(429, { error: { message: 'slow down' } }, { 'retry-after': '0.4' });
  let stage: Stage;

  afterEach(() => stage.close());

  it('begins with comments, and then gets its answer', async () => {
    stage = await Stage.set([stream([wholeStream('late')])], { chain: { maxWait: '5s' }, pace: { silenceMs: 50 } });
    stage.upstreams[0]?.script(busy);
    const { body, headers, whole } = await stage.raw().answer();
    expect(body.toString()).to.match(/^(?::\n)+data: /);
    expect(body.toString().replace(/^:\n/gm, '')).to.equal(wholeStream('late'));
    expect(headers).not.to.have.property('x-429chain-target');
    expect(whole).to.equal(true);
    expect((await stage.outcome()).status).to.equal(200);
  });

  it('begins with its answer if it waits for less long', async () => {
    stage = await Stage.set([stream([wholeStream('late')])], { chain: { maxWait: '5s' } });
    stage.upstreams[0]?.script(busy);
    const { body, headers } = await stage.raw().answer();
    expect(body.toString()).to.equal(wholeStream('late'));
    expect(headers).to.include({ 'x-429chain-target': 'one/a-model' });
  });

  for (const [what, then, status, code] of [
    ['no capacity returns', busy, 429, 'chain_exhausted'],
    ['the provider refuses the request', reply(400, { error: { message: 'bad field' } }), 400, 'invalid_request'],
  ] as const) {
    it(`ends in an error frame if ${what}, and the log has the status`, async () => {
      stage = await Stage.set([then], { chain: { maxWait: '900ms' }, pace: { silenceMs: 50 } });
      stage.upstreams[0]?.script(busy);
      const { body, status: seen, whole } = await stage.raw().answer();
      expect({ seen, whole }).to.deep.equal({ seen: 200, whole: true });
      const [last] = body.toString().match(/^data: .*$/gm) ?? [];
      expect(JSON.parse(String(last).slice(6)).error.code).to.equal(code);
      expect(body.toString()).not.to.contain('[DONE]');
      expect((await stage.outcome()).status).to.equal(status);
    });
  }
});

describe('The words of a model', () => {
  const SECRET = 'a-secret-of-the-model';
  const whole = JSON.stringify(completion(SECRET));
  const HTML = { 'content-type': 'text/html' };
  const bodies: Readonly<Record<string, Parameters<typeof reply>>> = {
    'plain text': [200, `Sure, ${SECRET}`],
    'JSON that is cut off': [200, whole.slice(0, -9)],
    'JSON of another shape': [200, { response: SECRET, text: SECRET }],
    'a cut frame': [200, `${ROLE}${textFrame(SECRET).slice(0, -9)}`],
    'a frame that is not JSON': [200, `data: ${SECRET}\n\n`],
    'a field of text': [200, `Answer: ${SECRET}\n\n`],
    'HTML in an answer': [200, `<p>${SECRET}</p>`, HTML],
    'a page': [200, `<html><title>Sorry</title>${SECRET}</html>`, HTML],
    'a failed generation': [
      400,
      { error: { message: 'Failed to call a function.', code: 'tool_use_failed', failed_generation: SECRET } },
    ],
  };
  for (const [what, given] of Object.entries(bodies)) {
    it(`are in no error, log or record: ${what}`, async () => {
      const stage = await Stage.set([reply(...given)], { chain: { resume: true } });
      for (const body of [{ stream: true }, { stream: false }]) {
        const { body: answer } = await stage.raw(body).answer();
        if (what !== 'a failed generation') expect(answer.toString()).not.to.contain(SECRET);
      }
      expect(stage.proxy.log.lines.join('\n')).not.to.contain(SECRET);
      expect(JSON.stringify(stage.outcomes)).not.to.contain(SECRET);
      await stage.close();
    });
  }
});
