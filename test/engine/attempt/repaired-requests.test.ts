import { expect } from 'chai';
import { chainOver, HELLO, startProxy } from '../../proxy.js';
import { type Answerer, answer, type ReceivedRequest, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { TurningClock } from '../../turning-clock.js';
import { until } from '../../until.js';
import { ChainStage } from '../chain-stage.js';

type Body = Readonly<Record<string, unknown>>;

const said = (message: string): object => ({
  error: { message, type: 'invalid_request_error', param: null, code: null },
});

type Rule = readonly [when: (body: Body) => boolean, status: number, message: unknown];

/** Refuses with the message of the first rule that holds, and answers if none does. */
const refusing =
  (...rules: readonly Rule[]): Answerer =>
  (res, request) => {
    for (const [when, status, message] of rules) {
      if (!when(request.body)) continue;
      return reply(status, typeof message === 'string' ? said(message) : message)(res, request);
    }
    return answer('hello')(res, request);
  };

const has =
  (text: string) =>
  (body: Body): boolean =>
    JSON.stringify(body).includes(text);
const bodyOf = ({ body }: ReceivedRequest): Body => body;
const boundOf = ({ body }: ReceivedRequest): unknown => body.max_tokens;

const TOOL = {
  type: 'function',
  function: {
    name: 'look',
    strict: true,
    parameters: {
      type: 'object',
      additionalProperties: false,
      properties: { cache_control: { type: 'object', properties: {}, additionalProperties: false } },
    },
  },
};
const CACHED = [{ role: 'user', content: [{ type: 'text', text: 'Hello', cache_control: { type: 'ephemeral' } }] }];

interface Row {
  readonly it: string;
  readonly body: Body;
  readonly refuses: readonly Rule[];
  /** The calls of the first request. The second one needs one. */
  readonly calls: number;
  /** Part of what the log says about the second request. */
  readonly says?: string;
  readonly accepted: (body: Body) => boolean;
}

const ROWS: readonly Row[] = [
  {
    it: 'a field inside a message, which is refused without its path',
    body: { messages: CACHED },
    refuses: [[has('"cache_control":{"type":"ephemeral"}'), 400, 'cache_control is not allowed']],
    calls: 2,
    says: 'dropped messages[].content[].cache_control: this target refused it before',
    accepted: ({ messages }) =>
      JSON.stringify(messages) === '[{"role":"user","content":[{"type":"text","text":"Hello"}]}]',
  },
  {
    it: 'a field of a tool that is refused by a list of FastAPI',
    body: { messages: HELLO, tools: [TOOL] },
    refuses: [
      [
        has('strict'),
        422,
        {
          detail: [
            {
              type: 'extra_forbidden',
              loc: ['body', 'tools', 0, 'ChatCompletionTool', 'function', 'strict'],
              msg: 'no',
            },
          ],
        },
      ],
    ],
    calls: 2,
    says: 'dropped tools[].function.strict',
    accepted: has('additionalProperties'),
  },
  {
    it: 'two refusals, one after the other, and a schema at every depth',
    body: { messages: CACHED, tools: [TOOL] },
    refuses: [
      [has('"strict"'), 400, "Unknown parameter: 'tools[0].function.strict'."],
      [
        has('additionalProperties'),
        400,
        'Invalid JSON payload received. Unknown name "additionalProperties" at \'tools[0].function_declarations[0].parameters\': Cannot find field.',
      ],
      [
        has('"cache_control":{"type":"ephemeral"}'),
        400,
        'messages.0.content.0.cache_control: Extra inputs are not permitted',
      ],
    ],
    calls: 4,
    says: 'dropped tools[].function.parameters.**.additionalProperties',
    accepted: has('"properties":{"cache_control":{"type":"object","properties":{}}}'),
  },
  {
    it: 'the role developer',
    body: { messages: [{ role: 'developer', content: 'Be brief.' }, ...HELLO] },
    refuses: [
      [has('developer'), 400, "Invalid value: 'developer'. Supported values are: 'system', 'user' and 'assistant'."],
    ],
    calls: 2,
    says: 'replaced messages[].role "developer" with "system"',
    accepted: has('"role":"system"'),
  },
  {
    it: 'text in parts',
    body: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'one' },
            { type: 'text', text: 'two' },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [] },
      ],
    },
    refuses: [
      [
        has('[{"type":"text"'),
        400,
        { errors: [{ message: "Type mismatch of '/messages/0/content', 'array' not in 'string'" }] },
      ],
    ],
    calls: 2,
    says: 'joined the parts of messages[].content',
    accepted: (body) => has('"content":"one\\ntwo"')(body) && has('"content":""')(body),
  },
  {
    it: 'max_tokens above what the model has',
    body: { messages: HELLO, max_tokens: 32_000 },
    refuses: [[({ max_tokens }) => Number(max_tokens) > 8_192, 400, 'max_tokens must be less than or equal to 8192']],
    calls: 2,
    says: 'max_tokens 32000 → 8192: this target refused more',
    accepted: ({ max_tokens }) => max_tokens === 8_192,
  },
  {
    it: 'max_completion_tokens above what the model has',
    body: { messages: HELLO, max_completion_tokens: 32_000 },
    refuses: [
      [
        ({ max_completion_tokens }) => Number(max_completion_tokens) > 16_384,
        400,
        'max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.',
      ],
    ],
    calls: 2,
    says: 'max_completion_tokens 32000 → 16384',
    accepted: ({ max_completion_tokens }) => max_completion_tokens === 16_384,
  },
  {
    it: 'the request for usage that 429chain adds, which is refused without a word',
    body: { messages: HELLO, stream: true },
    refuses: [[has('stream_options'), 400, 'Param Incorrect']],
    calls: 2,
    says: 'dropped stream_options',
    accepted: (body) => !has('stream_options')(body),
  },
  {
    it: 'the same with an empty body',
    body: { messages: HELLO, stream: true },
    refuses: [[has('stream_options'), 422, {}]],
    calls: 2,
    accepted: (body) => !has('stream_options')(body),
  },
];

describe('A request that a target refuses in this form', () => {
  for (const { it: name, body, refuses, calls, says = '', accepted } of ROWS) {
    it(`is repaired at once, and the next one beforehand: ${name}`, async () => {
      const stage = await ChainStage.start(1);
      const [one] = stage.upstreams as [ScriptedUpstream];
      one.always(refusing(...refuses));
      try {
        const before = JSON.stringify(body);
        for (const expected of [calls, 1]) {
          one.received.length = 0;
          const response = await stage.proxy.post(body);
          expect(response.status).to.equal(200);
          expect(await response.text()).to.include('hello');
          expect(one.received.length).to.equal(expected);
          expect(accepted(bodyOf(one.received.at(-1) as ReceivedRequest))).to.equal(true);
        }
        expect(JSON.stringify(body)).to.equal(before);
        expect(stage.proxy.log.lines.filter((line) => line.includes('changed for')).at(-1)).to.include(says);
      } finally {
        await stage.close();
      }
    });
  }

  it('is not repaired for ever', async () => {
    const stage = await ChainStage.start(1);
    const [one] = stage.upstreams as [ScriptedUpstream];
    one.always((res, request) => {
      const field = Object.keys(request.body).find((key) => key.startsWith('extra_'));
      return reply(400, said(`Unknown parameter: '${field}'`))(res, request);
    });
    try {
      const extra = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`extra_${index}`, 1]));
      const { status } = await stage.ask(extra);
      expect(status).to.equal(400);
      expect(one.received.length).to.equal(4);
    } finally {
      await stage.close();
    }
  });

  it('is sent once where a repair would change nothing', async () => {
    const stage = await ChainStage.start(1);
    const [one] = stage.upstreams as [ScriptedUpstream];
    one.always(reply(400, said("Unknown parameter: 'something_else'")));
    try {
      expect((await stage.ask()).status).to.equal(400);
      expect(one.received.length).to.equal(1);
    } finally {
      await stage.close();
    }
  });

  it('leaves out empty tools, and settings of tools without tools, before a refusal', async () => {
    const stage = await ChainStage.start(1);
    const [one] = stage.upstreams as [ScriptedUpstream];
    try {
      await stage.ask({ tools: [], tool_choice: 'auto', parallel_tool_calls: false });
      expect(Object.keys(bodyOf(one.received[0] as ReceivedRequest))).to.have.members(['messages', 'model']);
      await stage.ask({ tools: [TOOL], tool_choice: 'auto', parallel_tool_calls: false });
      expect(bodyOf(one.received[1] as ReceivedRequest)).to.include({
        tool_choice: 'auto',
        parallel_tool_calls: false,
      });
    } finally {
      await stage.close();
    }
  });

  it('is sent unchanged again after some hours, so that a target that learns is noticed', async () => {
    const upstream = await ScriptedUpstream.start();
    const clock = new TurningClock();
    const proxy = await startProxy(chainOver([upstream]), { clock });
    const strict = refusing([has('top_k'), 400, "Unknown parameter: 'top_k'"]);
    const sent = async (): Promise<unknown[]> => {
      upstream.received.length = 0;
      expect((await proxy.post({ messages: HELLO, top_k: 3 })).status).to.equal(200);
      return upstream.received.map(({ body }) => body.top_k);
    };
    try {
      upstream.always(strict);
      expect(await sent()).to.deep.equal([3, undefined]);
      clock.turn(5 * 3_600_000);
      expect(await sent()).to.deep.equal([undefined]);
      clock.turn(2 * 3_600_000);
      expect(await sent()).to.deep.equal([3, undefined]);
      clock.turn(7 * 3_600_000);
      upstream.always(answer('hello'));
      expect(await sent()).to.deep.equal([3]);
    } finally {
      await proxy.close();
      await upstream.close();
    }
  });
});

describe('The bound of a request', () => {
  const provider = { limits: [{ tokens: 25_000, per: '1m' }] };

  it('does not keep small answers apart', async () => {
    const stage = await ChainStage.start(1, {}, provider);
    const [one] = stage.upstreams as [ScriptedUpstream];
    try {
      for (let index = 0; index < 10; index++) expect((await stage.ask({ max_tokens: 32_000 })).status).to.equal(200);
      expect(one.received.map(boundOf)).to.deep.equal(Array.from({ length: 10 }, () => 32_000));
    } finally {
      await stage.close();
    }
  });

  const BARE = { error: { message: 'Too Many Requests' } };
  const WORDS =
    'Rate limit reached on tokens per minute (TPM): Limit 25000, Used 0, Requested 32010. Please try again in 17s.';
  const REFUSALS: readonly (readonly [what: string, status: number, message: unknown, learnsAfter: number])[] = [
    ['says so', 429, WORDS, 1],
    ['says so as too large', 413, `Request too large: ${WORDS}`, 1],
    [
      'names the field',
      413,
      'Request too large on output tokens per minute (OTPM): Limit 9000, Requested 32000, please reduce max_tokens.',
      1,
    ],
    ['says only that the request is too large', 413, { error: { message: 'Request too large' } }, 1],
    ['says nothing', 429, BARE, 2],
  ];
  for (const [what, status, message, learnsAfter] of REFUSALS) {
    it(`is lowered at once for a target that counts it and ${what}`, async () => {
      const stage = await ChainStage.start(1);
      const [one] = stage.upstreams as [ScriptedUpstream];
      one.always(refusing([({ max_tokens }) => Number(max_tokens) > 9_000, status, message]));
      try {
        for (let request = 1; request <= learnsAfter + 1; request++) {
          one.received.length = 0;
          expect((await stage.ask({ max_tokens: 32_000 })).status).to.equal(200);
          expect(one.received.length, `request ${request}`).to.equal(request <= learnsAfter ? 2 : 1);
          expect(boundOf(one.received.at(-1) as ReceivedRequest)).to.be.within(256, 9_000);
        }
        expect(stage.proxy.log.lines.some((line) => line.includes('max_tokens 32000 → '))).to.equal(true);
      } finally {
        await stage.close();
      }
    });
  }

  it('stays as it is after a refusal that no bound explains', async () => {
    const stage = await ChainStage.start(1);
    const [one] = stage.upstreams as [ScriptedUpstream];
    one.always(reply(429, said('Rate limit reached on requests per minute (RPM): Limit 30, Used 30, Requested 1.')));
    try {
      expect((await stage.ask({ max_tokens: 32_000 })).status).to.equal(429);
      expect(one.received.map(boundOf)).to.deep.equal([32_000]);
    } finally {
      await stage.close();
    }
  });

  it('is lowered in vain once, and then not again for a while', async () => {
    const stage = await ChainStage.start(1);
    const [one] = stage.upstreams as [ScriptedUpstream];
    one.always(reply(413, { error: { message: 'Request too large' } }));
    try {
      for (const calls of [2, 1]) {
        one.received.length = 0;
        expect((await stage.ask({ max_tokens: 32_000 })).status).to.equal(400);
        expect(one.received.length).to.equal(calls);
      }
    } finally {
      await stage.close();
    }
  });

  it('is lowered again soon if it was lowered in vain while another attempt was in flight', async () => {
    // No limit on requests is learned beside a configured one on tokens.
    const target = { provider: 'one', model: 'a-model', limits: [{ tokens: 1_000_000, per: '1m' }] };
    const stage = await ChainStage.start(1, { targets: [target], maxWait: '10s' });
    const [one] = stage.upstreams as [ScriptedUpstream];
    let finish = (): void => {};
    one.always(answer('hello'));
    try {
      expect((await stage.ask()).status).to.equal(200);
      one.always((res, request) => {
        finish = () => void answer('late')(res, request);
      });
      const other = stage.ask();
      await until(() => one.received.length === 2);
      const busy = { 'retry-after-ms': '500' };
      one.always(reply(429, BARE, busy));
      const asked = stage.ask({ max_tokens: 32_000 });
      await until(() => one.received.length === 4);
      one.always((res, request) =>
        Number(request.body.max_tokens) > 9_000 ? reply(429, BARE, busy)(res, request) : answer('hello')(res, request),
      );
      finish();
      expect((await other).status).to.equal(200);
      expect((await asked).status).to.equal(200);
      const bounds = one.received.slice(2).map((request) => Number(boundOf(request)) > 9_000);
      expect(bounds).to.deep.equal([true, false, true, false]);
    } finally {
      await stage.close();
    }
  });

  it('asks for usage again if a stream without it is refused too, and does not try that again for a while', async () => {
    const stage = await ChainStage.start(1);
    const [one] = stage.upstreams as [ScriptedUpstream];
    one.always(reply(400, { error: { message: 'Param Incorrect' } }));
    try {
      for (const calls of [2, 1]) {
        one.received.length = 0;
        expect((await stage.ask({ stream: true })).status).to.equal(400);
        expect(one.received.map(({ body }) => 'stream_options' in body)).to.deep.equal([true, false].slice(0, calls));
      }
    } finally {
      await stage.close();
    }
  });

  for (const type of ['groq', 'cerebras']) {
    it(`is sent to ${type} as it fits, since that counts it beforehand, and grows with the answers`, async () => {
      const stage = await ChainStage.start(1, {}, { type });
      const [one] = stage.upstreams as [ScriptedUpstream];
      const usage = (completion_tokens: number) => ({
        prompt_tokens: 5,
        completion_tokens,
        total_tokens: 5 + completion_tokens,
      });
      const long = (tokens: number): Answerer =>
        reply(200, {
          id: 'x',
          choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'length' }],
          usage: usage(tokens),
        });
      try {
        await stage.ask({ max_tokens: 32_000 });
        await stage.ask({ max_tokens: 32_000 });
        one.always(long(1_024));
        await stage.ask();
        await stage.ask({ max_tokens: 32_000 });
        await stage.ask({ max_tokens: 100 });
        const bounds = one.received.map(boundOf);
        expect(bounds.slice(0, 3)).to.deep.equal([4_096, 1_024, undefined]);
        expect(bounds[3]).to.be.within(4_000, 32_000);
        expect(bounds[4]).to.equal(100);
        expect(stage.proxy.log.lines.join('\n')).to.include(
          'max_tokens 32000 → 4096: the provider counts it beforehand',
        );
      } finally {
        await stage.close();
      }
    });
  }

  it('is set to what an account can afford', async () => {
    const stage = await ChainStage.start(1, {}, { type: 'openrouter' });
    const [one] = stage.upstreams as [ScriptedUpstream];
    one.always(
      refusing([
        ({ max_tokens = 65_536 }) => Number(max_tokens) > 1_848,
        402,
        'This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 1848.',
      ]),
    );
    try {
      expect((await stage.ask()).status).to.equal(200);
      expect(one.received.map(boundOf)).to.deep.equal([undefined, 1_848]);
    } finally {
      await stage.close();
    }
  });
});
