import { definePlugin } from '429chain/plugin';
import { expect } from 'chai';
import { type RunningProxy, startProxy } from '../../proxy.js';
import { chunk, DONE, ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { GEMINI, KIMI, MISTRAL, type StrictProvider, strict } from './strict-providers.js';

type Fields = Readonly<Record<string, unknown>>;

const PROVIDERS: Readonly<Record<string, StrictProvider>> = { mistral: MISTRAL, gemini: GEMINI, kimi: KIMI };
const NAMES = Object.keys(PROVIDERS);

const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'look',
      parameters: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: {
          mark: { type: 'string' },
          kind: { const: 'picture' },
          count: { type: 'number', exclusiveMinimum: 0 },
        },
        required: ['mark'],
        additionalProperties: false,
      },
    },
  },
];

const PICTURE = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

interface Stage {
  readonly proxy: RunningProxy;
  readonly upstreams: Readonly<Record<string, ScriptedUpstream>>;
  readonly refusals: Readonly<Record<string, string[]>>;
  close(): Promise<void>;
}

/** Starts a strict provider of each kind, with a type that states its rules or with `openai-compatible`. */
const start = async (typed: boolean): Promise<Stage> => {
  const upstreams: Record<string, ScriptedUpstream> = {};
  const refusals: Record<string, string[]> = {};
  for (const [name, provider] of Object.entries(PROVIDERS)) {
    const { answerer, refusals: own } = strict(provider, name);
    upstreams[name] = (await ScriptedUpstream.start()).always(answerer);
    refusals[name] = own;
  }
  const types = definePlugin({
    name: 'strict-types',
    apply: (api) => {
      for (const [name, { conversation }] of Object.entries(PROVIDERS))
        api.addProviderType(`strict-${name}`, { conversation });
    },
  });
  const providers = Object.fromEntries(
    Object.entries(upstreams).map(([name, { baseUrl }]) => [
      name,
      { type: typed ? `strict-${name}` : 'openai-compatible', baseUrl, apiKey: `key-of-${name}` },
    ]),
  );
  const targets = Object.entries(PROVIDERS).map(([name, { model }]) => `${name}/${model}`);
  const proxy = await startProxy({ providers, chains: { default: { targets, maxWait: '0s' } } }, { plugins: [types] });
  return {
    proxy,
    upstreams,
    refusals,
    close: async () => {
      await proxy.close();
      await Promise.all(Object.values(upstreams).map((upstream) => upstream.close()));
    },
  };
};

/** One conversation, as an agent leads it: each turn asks another provider, and answers its call. */
const converse = async ({ proxy }: Stage, order: readonly string[], messages: Fields[] = []): Promise<Fields[]> => {
  if (messages.length === 0) {
    messages.push({ role: 'system', content: 'Be brief.' });
    messages.push({ role: 'user', content: [{ type: 'text', text: 'Look at this.' }, PICTURE] });
  }
  for (const name of order) {
    const model = `${name}/${PROVIDERS[name]?.model}`;
    const response = await proxy.post({ model, messages, tools: TOOLS });
    const answer = (await response.json()) as { choices?: { message: Fields }[] };
    expect(response.status, `${name}: ${JSON.stringify(answer)}`).to.equal(200);
    const message = answer.choices?.[0]?.message as Fields;
    const calls = message.tool_calls as { id: string; function: Fields }[];
    messages.push(message);
    for (const { id, function: called } of calls) {
      const { mark } = JSON.parse(String(called.arguments));
      messages.push({ role: 'tool', tool_call_id: id, content: `result of ${mark}` });
    }
    if (name === 'kimi') messages.push({ role: 'system', content: 'Be brief still.' });
    messages.push({ role: 'user', content: 'Go on.' });
  }
  return messages;
};

const ORDERS: readonly (readonly string[])[] = [
  ['mistral', 'gemini', 'mistral'],
  ['kimi', 'kimi', 'mistral', 'kimi'],
  ['gemini', 'kimi', 'gemini', 'mistral', 'kimi', 'gemini', 'mistral'],
];

describe('A conversation that moves between providers', () => {
  for (const order of ORDERS) {
    it(`is taken by each of ${order.join(', ')} at once, where types state what they require`, async () => {
      const stage = await start(true);
      try {
        await converse(stage, order);
        for (const name of NAMES) expect(stage.refusals[name]).to.deep.equal([]);
      } finally {
        await stage.close();
      }
    });

    it(`is taken by each of ${order.join(', ')}, which teach what they require by refusals`, async () => {
      const stage = await start(false);
      try {
        const messages = await converse(stage, order);
        const taught = NAMES.map((name) => stage.refusals[name]?.splice(0).length ?? 0);
        expect(Math.max(...taught), 'each target teaches at most three rules').to.be.within(1, 3 * order.length);
        await converse(stage, order, messages);
        for (const name of NAMES) expect(stage.refusals[name], 'what was learned is not sent again').to.deep.equal([]);
      } finally {
        await stage.close();
      }
    });
  }

  it('shows the picture to each, and the caller the ids and fields as the provider gave them', async () => {
    const stage = await start(true);
    try {
      const messages = await converse(stage, ['gemini', 'kimi', 'mistral']);
      const [gemini, kimi, mistral] = messages.filter(({ role }) => role === 'assistant');
      expect(gemini).to.deep.equal(GEMINI.answer(1, 'gemini 1'));
      expect(kimi).to.deep.equal(KIMI.answer(1, 'kimi 1'));
      expect(mistral).to.deep.equal(MISTRAL.answer(1, 'mistral 1'));
      for (const name of NAMES) {
        const { body } = stage.upstreams[name]?.received.at(-1) ?? { body: {} };
        expect(JSON.stringify(body)).to.include('data:image/png;base64,AAAA');
      }
    } finally {
      await stage.close();
    }
  });

  it('shows a streamed call with the id of the provider', async () => {
    const stage = await start(true);
    const id = `functions.look:0+/=${'x'.repeat(400)}`;
    const delta = { tool_calls: [{ index: 0, id, type: 'function', function: { name: 'look', arguments: '{}' } }] };
    stage.upstreams.kimi?.always(stream([chunk(delta), chunk({}, 'tool_calls'), DONE]));
    try {
      const model = `kimi/${KIMI.model}`;
      const text = await (
        await stage.proxy.post({ model, messages: [{ role: 'user', content: 'a' }], stream: true })
      ).text();
      expect(text).to.include(JSON.stringify(id));
    } finally {
      await stage.close();
    }
  });

  it('says in the log what was changed', async () => {
    const stage = await start(true);
    try {
      await converse(stage, ['kimi', 'mistral']);
      const log = stage.proxy.log.lines.join('\n');
      expect(log).to.include('changed ids of tool calls');
      expect(log).to.include('changed the reasoning of earlier answers');
    } finally {
      await stage.close();
    }
  });
});
