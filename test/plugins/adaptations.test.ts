import { adaptBody, omit } from '429chain/plugin';
import { expect } from 'chai';
import { builtIns } from '../../plugins/index.js';
import { arrangeConversation, conversationRulesOf } from '../../src/engine/attempt/conversation/arrange.js';
import { hostOf, type SimulatedHost } from './simulated-host.js';

type Body = Readonly<Record<string, unknown>>;

interface Row {
  readonly it: string;
  readonly type: string;
  readonly model?: string;
  readonly from: Body;
  readonly to: Body;
}

const user = { role: 'user', content: 'hi' };

const CALL = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };

const ROWS: readonly Row[] = [
  {
    it: 'Cloudflare gets plain texts, and a bound where the caller sets none',
    type: 'cloudflare',
    from: {
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
    to: {
      messages: [
        { role: 'user', content: 'one\ntwo' },
        { role: 'assistant', content: '', tool_calls: [] },
      ],
      max_tokens: 8192,
    },
  },
  {
    it: 'Cloudflare gets the bound of the caller',
    type: 'cloudflare',
    from: { messages: [user], max_completion_tokens: 5 },
    to: { messages: [user], max_completion_tokens: 5 },
  },
  {
    it: 'Cloudflare gets no bound of an answer where there is none, as for embeddings',
    type: 'cloudflare',
    from: { input: 'x' },
    to: { input: 'x' },
  },
  {
    it: 'Mistral gets its own names, and nothing that it does not know',
    type: 'mistral',
    from: {
      messages: [{ ...user, name: 'Ann' }],
      max_completion_tokens: 5,
      seed: 7,
      store: true,
      metadata: {},
      user: 'u',
    },
    to: { messages: [user], max_tokens: 5, random_seed: 7 },
  },
  {
    it: 'Gemini gets no fields that it does not know',
    type: 'gemini',
    from: { messages: [user], logit_bias: {}, logprobs: true, min_p: 0.1, temperature: 1 },
    to: { messages: [user], temperature: 1 },
  },
  {
    it: 'NVIDIA NIM calls one tool at a time',
    type: 'nvidia-nim',
    from: { messages: [user], tools: [], parallel_tool_calls: true },
    to: { messages: [user], tools: [], parallel_tool_calls: false },
  },
  {
    it: 'Cohere gets schemas without the keywords that it refuses',
    type: 'cohere',
    from: {
      messages: [user],
      reasoning_effort: 'high',
      tools: [
        {
          function: {
            parameters: {
              $schema: 's',
              additionalProperties: false,
              properties: { a: { additionalProperties: true } },
            },
          },
        },
      ],
    },
    to: { messages: [user], tools: [{ function: { parameters: { properties: { a: {} } } } }] },
  },
  {
    it: 'Groq gets no log probabilities and biases',
    type: 'groq',
    from: { messages: [user], logprobs: true, top_logprobs: 2, logit_bias: { 1: 2 }, seed: 1 },
    to: { messages: [user], seed: 1 },
  },
  { it: 'Groq keeps n of 1', type: 'groq', from: { n: 1 }, to: { n: 1 } },
  { it: 'Groq gets no request for several answers', type: 'groq', from: { n: 3 }, to: {} },
  {
    it: 'Groq gets no names and no reasoning of other providers (pitfall 22)',
    type: 'groq',
    from: {
      messages: [
        { ...user, name: 'Ann' },
        { role: 'assistant', content: 'x', reasoning_content: 'because' },
      ],
    },
    to: { messages: [user, { role: 'assistant', content: 'x' }] },
  },
  ...(
    [
      ['qwen/qwen3.6-27b', 'high', 'default'],
      ['qwen/qwen3.6-27b', 'none', 'none'],
      ['qwen/qwen3.6-27b', 'minimal', 'none'],
      ['openai/gpt-oss-120b', 'none', 'low'],
      ['openai/gpt-oss-120b', 'default', 'medium'],
      ['openai/gpt-oss-120b', 'high', 'high'],
      ['llama-3.1-8b-instant', 'high', 'high'],
    ] as const
  ).map(([model, from, to]) => ({
    it: `Groq's ${model} gets reasoning_effort ${to} instead of ${from}`,
    type: 'groq',
    model,
    from: { reasoning_effort: from },
    to: { reasoning_effort: to },
  })),
  { it: 'Groq gets either name of the token limit', type: 'groq', from: { max_tokens: 5 }, to: { max_tokens: 5 } },
  {
    it: 'Cerebras gets nothing that its documentation refuses',
    type: 'cerebras',
    from: {
      frequency_penalty: 1,
      presence_penalty: 1,
      logit_bias: {},
      parallel_tool_calls: true,
      service_tier: 'auto',
      n: 2,
      top_p: 1,
    },
    to: { top_p: 1 },
  },
  {
    it: 'Cerebras gets only the newer token limit',
    type: 'cerebras',
    from: { max_tokens: 5, max_completion_tokens: 6 },
    to: { max_completion_tokens: 6 },
  },
  {
    it: 'Cerebras gets max_tokens if it is the only one',
    type: 'cerebras',
    from: { max_tokens: 5 },
    to: { max_tokens: 5 },
  },
  {
    it: 'Cerebras gets tools rather than response_format',
    type: 'cerebras',
    from: { tools: [{}], response_format: { type: 'json_object' } },
    to: { tools: [{}] },
  },
  {
    it: 'Cerebras gets response_format without tools',
    type: 'cerebras',
    from: { response_format: { type: 'json_object' } },
    to: { response_format: { type: 'json_object' } },
  },
  {
    it: 'Cerebras gets no reasoning of other providers (pitfall 22)',
    type: 'cerebras',
    from: { messages: [{ role: 'assistant', content: 'x', reasoning_content: 'because' }] },
    to: { messages: [{ role: 'assistant', content: 'x' }] },
  },
  {
    it: 'Cerebras gets the role developer as system',
    type: 'cerebras',
    model: 'gemma-4-31b',
    from: { messages: [{ role: 'developer', content: 'x' }, user] },
    to: { messages: [{ role: 'system', content: 'x' }, user] },
  },
  {
    it: "Cerebras's gpt-oss gets the role developer unchanged",
    type: 'cerebras',
    model: 'gpt-oss-120b',
    from: { messages: [{ role: 'developer', content: 'x' }] },
    to: { messages: [{ role: 'developer', content: 'x' }] },
  },
  {
    it: 'OpenRouter gets everything unchanged',
    type: 'openrouter',
    from: { n: 2, logprobs: true, provider: { order: ['x'] }, messages: [{ ...user, name: 'Ann' }] },
    to: { n: 2, logprobs: true, provider: { order: ['x'] }, messages: [{ ...user, name: 'Ann' }] },
  },
  ...['groq', 'cerebras'].map((type) => ({
    it: `${type} gets nothing that another provider put on tool calls`,
    type,
    from: {
      messages: [{ role: 'assistant', content: null, tool_calls: [{ ...CALL, extra_content: { google: {} } }] }],
    },
    to: { messages: [{ role: 'assistant', content: null, tool_calls: [CALL] }] },
  })),
  {
    it: 'OpenRouter gets reasoning and its details back',
    type: 'openrouter',
    from: { messages: [{ role: 'assistant', content: 'x', reasoning: 'r', reasoning_details: [{ type: 'x' }] }] },
    to: { messages: [{ role: 'assistant', content: 'x', reasoning: 'r', reasoning_details: [{ type: 'x' }] }] },
  },
  {
    it: 'OpenRouter gets the reasoning of other providers in its own field',
    type: 'openrouter',
    from: { messages: [{ role: 'assistant', content: 'x', reasoning_content: 'r' }] },
    to: { messages: [{ role: 'assistant', content: 'x', reasoning: 'r' }] },
  },
  {
    it: 'Kimi keeps the ids that its models make, behind any server',
    type: 'openai-compatible',
    model: 'moonshotai/Kimi-K2',
    from: { messages: [{ role: 'assistant', content: null, tool_calls: [{ ...CALL, id: 'functions.f:0' }] }] },
    to: { messages: [{ role: 'assistant', content: null, tool_calls: [{ ...CALL, id: 'functions.f:0' }] }] },
  },
  {
    it: 'an unknown server gets everything unchanged',
    type: 'openai-compatible',
    from: { n: 2, store: true, logit_bias: {} },
    to: { n: 2, store: true, logit_bias: {} },
  },
];

describe('the adaptations of built-in types', () => {
  let host: SimulatedHost;

  before(async () => {
    host = await hostOf(builtIns);
  });

  for (const { it: name, type, model = 'a-model', from, to } of ROWS) {
    it(name, () => {
      const { adaptations = [], ...rest } = host.types.get(type) ?? {};
      const arranged = arrangeConversation(from, conversationRulesOf(rest, model));
      const adapted = adaptBody(arranged.body, adaptations, model);
      const { body, changes } = { body: adapted.body, changes: [...arranged.changes, ...adapted.changes] };
      expect(body).to.deep.equal(to);
      expect(changes.length === 0, 'said in the log').to.equal(JSON.stringify(from) === JSON.stringify(to));
    });
  }

  it('state a reason', () => {
    for (const { adaptations = [] } of host.types.values()) {
      for (const { why } of adaptations) expect(why).to.match(/^\w+.{8,}$/);
    }
  });

  it('drop no essential field', () => {
    const essential = [
      'model',
      'messages',
      'stream',
      'tools',
      'tool_choice',
      'messages[].content',
      'messages[].tool_calls',
    ];
    const dropped = [...host.types.values()].flatMap(({ adaptations = [] }) =>
      adaptations.filter((each) => 'drop' in each).map(({ field }) => field),
    );
    expect(dropped.filter((field) => essential.includes(field))).to.deep.equal([]);
  });
});

describe('the built-in provider types', () => {
  let host: SimulatedHost;

  before(async () => {
    host = await hostOf(builtIns);
  });

  it('know their addresses, except the type for any server', () => {
    const without = [...host.types].filter(([, { baseUrl }]) => baseUrl === undefined).map(([name]) => name);
    expect(without).to.deep.equal(['openai-compatible']);
  });

  it('know the limits of the free tier that headers do not state, or state too late', () => {
    const known = (type: string) => host.types.get(type)?.knownLimits?.map((limit) => omit(limit, 'source', 'date'));
    expect(known('groq')).to.deep.equal([{ requests: 30, per: '1m' }]);
    expect(known('cerebras')).to.deep.equal([{ requests: 5, per: '1m' }]);
    expect(known('openrouter')).to.deep.equal([{ pool: 'free', requests: 20, per: '1m' }]);
  });

  it('keep free and paid models of OpenRouter in two pools (pitfall 8)', () => {
    const type = host.types.get('openrouter');
    expect(type?.pool?.('meta-llama/llama-3.3-70b-instruct:free')).to.equal('free');
    expect(type?.pool?.('meta-llama/llama-3.3-70b-instruct')).to.equal('credit');
    expect(host.types.get('groq')?.pool).to.equal(undefined);
  });
});
