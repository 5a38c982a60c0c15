import { expect } from 'chai';
import type { RawCaller } from '../../../network/raw-caller.js';
import { chunk, DONE, silence, stream } from '../../../scripted-upstream.js';
import { END_OF_STREAM, frame, piecesOf, ROLE, Stage, TEXT, textFrame, wholeStream } from '../stage.js';

describe('A stream that passes through', () => {
  let stage: Stage;

  interface Exact {
    readonly what: string;
    /** After a chunk with the role. */
    readonly sent: string;
    /** Default: `sent`. */
    readonly arrives?: string;
    readonly body?: object;
  }

  const withLineEnds = (lineEnd: string): string => wholeStream('grüße 🌊').replaceAll('\n', lineEnd);
  const multiline = (value: unknown): string =>
    `${JSON.stringify(value, null, 1)
      .split('\n')
      .map((line) => `data: ${line}`)
      .join('\n')}\n\n`;
  const choice = (index: number, delta: object, finish: string | null = null, more: object = {}): string =>
    frame({ id: 'c', choices: [{ index, delta, finish_reason: finish, ...more }] });
  const USAGE = frame({ id: 'c', choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } });
  const call = (index: number, fields: object): string => chunk({ tool_calls: [{ index, ...fields }] });
  const MEGABYTE = 1024 * 1024;

  const EXACT: readonly Exact[] = [
    { what: 'characters of two, three and four bytes', sent: wholeStream('ü漢🌊é👩‍👩‍👧') },
    { what: 'CRLF (pitfall 27)', sent: withLineEnds('\r\n') },
    { what: 'CR (pitfall 27)', sent: withLineEnds('\r') },
    {
      what: 'mixed line ends (pitfall 27)',
      sent: `${textFrame('a').replace('\n\n', '\r\n\n')}${textFrame('b').replace('\n\n', '\n\r\n')}${textFrame('c').replace('\n\n', '\r\r\n')}${textFrame('d').replace('\n\n', '\r\r')}${END_OF_STREAM}`,
    },
    {
      what: 'several blank lines',
      sent: `\n\n\r\n${textFrame('a')}\n\n\n${textFrame('b')}\r\n\r\n${END_OF_STREAM}\n\n`,
    },
    {
      what: 'data in several lines (pitfall 27)',
      sent: `${multiline({ choices: [{ index: 0, delta: { content: 'a' } }] })}${multiline({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}${DONE}`,
    },
    {
      what: 'comments everywhere',
      sent: `: OPENROUTER PROCESSING\n\n:\n\n${textFrame('a')}: in between\n${textFrame('b')}:x\n\n${END_OF_STREAM}: after the end\n\n`,
    },
    {
      what: 'ids, names and times of events',
      sent: `retry: 500\n\nid: 1\nevent: message\n${textFrame('a')}event\nid\n${textFrame('b')}${END_OF_STREAM}`,
    },
    { what: 'no space after the colon', sent: wholeStream('tight').replaceAll('data: ', 'data:') },
    {
      what: 'two choices that take turns',
      body: { n: 2 },
      sent: [
        choice(0, { content: 'a' }),
        choice(1, { role: 'assistant', content: '' }),
        choice(1, { content: 'b' }),
        choice(0, {}, 'stop'),
        choice(1, { content: 'c' }),
        choice(1, {}, 'length'),
        DONE,
      ].join(''),
    },
    {
      what: 'deltas of two tool calls',
      sent: [
        ROLE,
        textFrame('I look. '),
        call(0, { id: 'call_0', type: 'function', function: { name: 'f', arguments: '' } }),
        ...piecesOf('{"path": "grüße 🌊", "n": 1.0}').map((part) => call(0, { function: { arguments: part } })),
        ': in between\n\n',
        call(1, { id: 'call_1', type: 'function', function: { name: 'g', arguments: '{}' } }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    },
    {
      what: 'a tool call in one frame with its end',
      sent: `${chunk({ tool_calls: [{ index: 0, id: 'x', type: 'function', function: { name: 'f', arguments: '{}' } }] }, 'tool_calls')}${DONE}`,
    },
    {
      what: '`reasoning` and `reasoning_content`, with their details',
      sent: `${chunk({ reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] })}${chunk({ reasoning_content: 'ah' })}${textFrame('a')}${END_OF_STREAM}`,
    },
    {
      what: 'logprobs',
      sent: `${choice(0, { content: 'a' }, null, { logprobs: { content: [{ token: 'a', logprob: -0.10000000000000001, bytes: [97], top_logprobs: [] }] } })}${END_OF_STREAM}`,
    },
    {
      what: 'unknown fields, numbers and escapes as they were written',
      sent: `data: {"x_vendor" : {"a":1.0,"b":1e+2,"c":"\\u00fc\\/"},"choices":[{"delta":{"content":"\\ud83c\\udf0a"},"index":0}], "n": 12345678901234567890}\n\n${END_OF_STREAM}`,
    },
    {
      what: 'text that looks like the end of a stream',
      sent: wholeStream('"error" event: [DONE] "usage":{ data: \\n\\n'),
    },
    {
      what: 'an error field that is null',
      sent: `${chunk({ content: 'a' }, null, { error: null })}${END_OF_STREAM}`,
    },
    {
      what: 'usage in a chunk with choices',
      sent: `${textFrame('a')}${chunk({}, 'stop', { usage: { prompt_tokens: 7 } })}${DONE}`,
    },
    {
      what: 'a usage chunk without the caller asking for it: hidden (pitfall 28)',
      sent: `${textFrame('a')}${chunk({}, 'stop')}${USAGE}${DONE}`,
      arrives: `${textFrame('a')}${END_OF_STREAM}`,
    },
    {
      what: 'a usage chunk that the caller asked for',
      body: { stream_options: { include_usage: true } },
      sent: `${textFrame('a')}${chunk({}, 'stop')}${USAGE}${DONE}`,
    },
    {
      what: 'a finish reason without [DONE]: added',
      sent: `${textFrame('a')}${chunk({}, 'stop')}`,
      arrives: `${textFrame('a')}${END_OF_STREAM}`,
    },
    {
      what: 'a last event without its blank line: added (pitfall 27)',
      sent: `${textFrame('a')}${chunk({}, 'stop').trimEnd()}`,
      arrives: `${textFrame('a')}${END_OF_STREAM}`,
    },
    {
      what: 'a finish reason together with the last text',
      sent: `${textFrame('a')}${chunk({ content: 'b' }, 'length')}${DONE}`,
    },
  ];

  const splitAt = (bytes: Buffer, places: readonly number[]): Buffer[] =>
    [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));

  const everywhere = (bytes: Buffer): number[] => Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);

  /** One chain resumes broken streams, and the other does not. */
  const bothChains = (): Promise<Stage> =>
    Stage.set([silence], {
      more: {
        chains: { default: ['one/a-model'], plain: { targets: ['one/a-model'], resume: false } },
      },
    });

  const bytesAtCaller = async (parts: readonly (string | Buffer)[], body: object): Promise<string> => {
    stage.upstreams[0]?.always(stream(parts));
    const { body: bytes, whole, status } = await stage.raw(body).answer();
    expect({ whole, status }).to.deep.equal({ whole: true, status: 200 });
    return bytes.toString();
  };

  describe('arrives byte for byte:', () => {
    before(async () => {
      stage = await bothChains();
    });

    after(() => stage.close());

    for (const { what, sent, arrives = sent, body = {} } of EXACT) {
      it(what, async () => {
        const bytes = Buffer.from(ROLE + sent);
        for (const model of ['default', 'plain']) {
          const request = { ...body, model };
          expect(await bytesAtCaller([bytes], request), 'in one write').to.equal(ROLE + arrives);
          const single = splitAt(bytes, everywhere(bytes));
          expect(await bytesAtCaller(single, request), 'byte by byte').to.equal(ROLE + arrives);
        }
      });
    }

    for (const sign of ['ü', '漢', '🌊']) {
      it(`${sign}, split after each of its bytes`, async () => {
        const bytes = Buffer.from(wholeStream(sign));
        const at = bytes.indexOf(sign);
        for (let cut = 0; cut <= Buffer.byteLength(sign); cut++) {
          expect(await bytesAtCaller(splitAt(bytes, [at + cut]), {}), `after ${cut} bytes`).to.equal(bytes.toString());
        }
      });
    }
  });

  describe('arrives whole:', () => {
    afterEach(() => stage.close());

    it('a stream that ends with its connection, without chunks or a length', async () => {
      stage = await Stage.set([
        (res) => {
          res.useChunkedEncodingByDefault = false;
          res.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
          res.end(wholeStream('grüße'));
        },
      ]);
      expect((await stage.raw().answer()).body.toString()).to.equal(wholeStream('grüße'));
    });

    const LARGE: [string, string[]][] = [
      ['2 MB in one frame', [textFrame('ü'.repeat(MEGABYTE)), END_OF_STREAM]],
      ['2 MB in 32,768 frames', [textFrame('ü'.repeat(32)).repeat(32_768), END_OF_STREAM]],
      [
        '2 MB of arguments of a tool call',
        [
          call(0, { id: 'x', type: 'function', function: { name: 'f', arguments: '' } }),
          call(0, { function: { arguments: 'ü'.repeat(1024) } }).repeat(1024),
          chunk({}, 'tool_calls'),
          DONE,
        ],
      ],
      [
        '9 MB of arguments of a tool call, more than 429chain holds back',
        [
          call(0, { id: 'x', type: 'function', function: { name: 'f', arguments: '' } }),
          call(0, { function: { arguments: 'x'.repeat(64 * 1024) } }).repeat(144),
          chunk({}, 'tool_calls'),
          DONE,
        ],
      ],
    ];
    for (const [what, frames] of LARGE) {
      it(what, async () => {
        const bytes = Buffer.from(ROLE + frames.join(''));
        // Splits frames and characters anywhere.
        const places = Array.from({ length: Math.floor(bytes.length / 50_021) }, (_, index) => (index + 1) * 50_021);
        stage = await Stage.set([stream(splitAt(bytes, places))]);
        const { body, whole } = await stage.raw().answer();
        expect(whole).to.equal(true);
        expect(body.equals(bytes), `${body.length} of ${bytes.length} bytes`).to.equal(true);
      });
    }
  });

  it('is never held back: each frame arrives before the provider sends the next one', async () => {
    const words = piecesOf(TEXT);
    let caller: RawCaller | undefined;
    stage = await Stage.set([
      async (res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write(ROLE);
        for (const [index, word] of words.entries()) {
          res.write(chunk({ content: `${index}${word}` }));
          await caller?.sees(chunk({ content: `${index}${word}` }));
        }
        res.end(END_OF_STREAM);
      },
    ]);
    caller = stage.raw();
    expect((await caller.answer()).body.toString()).to.equal(
      ROLE + words.map((word, index) => textFrame(`${index}${word}`)).join('') + END_OF_STREAM,
    );
    await stage.close();
  });
});
