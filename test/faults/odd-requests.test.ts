import { expect } from 'chai';
import { API_KEY, type RunningProxy, startProxy } from '../proxy.js';
import { answer, ScriptedUpstream } from '../scripted-upstream.js';

/** Types whose requests 429chain rewrites, each in its own way. */
const TYPES = ['openai-compatible', 'mistral', 'gemini', 'cohere'];

const CONTENTS = ['"hi"', 'null', '7', '{}', '[null]', '[{"type":"text"}]', '[{"type":"image_url","image_url":null}]'];
const CALLS = [
  'null',
  '[]',
  '[null]',
  '{}',
  '"x"',
  '[7]',
  '[{"id":1,"function":{"arguments":{}}}]',
  '[{"function":null}]',
];
const VALUES = ['1e999', '-0', '"NaN"', `1${'0'.repeat(400)}`, 'null', '[null]', '{"__proto__":{"a":1}}', '"\\ud800"'];
const FIELDS = [
  'max_tokens',
  'n',
  'stop',
  'tools',
  'tool_choice',
  'response_format',
  'stream_options',
  'reasoning_effort',
  'metadata',
];

const MESSAGES: readonly string[] = ['user', 'assistant', 'system', 'tool', '__proto__'].flatMap((role) => [
  ...CONTENTS.map((content) => `{"role":"${role}","content":${content}}`),
  ...CALLS.map((calls) => `{"role":"${role}","content":"hi","tool_calls":${calls}}`),
]);

/** The bodies of requests with something odd in them, as text: JSON.stringify would lose some of it. */
const bodies = (model: string): readonly string[] => [
  ...MESSAGES.map(
    (message) => `{"model":"${model}","max_tokens":9,"messages":[${message},{"role":"user","content":"hi"}]}`,
  ),
  ...FIELDS.flatMap((field) =>
    VALUES.map((value) => `{"model":"${model}","messages":[{"role":"user","content":"hi"}],"${field}":${value}}`),
  ),
];

const CHAT = { path: '/v1/chat/completions', field: 'messages' };
const ENDPOINTS = [CHAT, { path: '/v1/messages', field: 'messages' }, { path: '/v1/responses', field: 'input' }];
/** Every endpoint with one type, and every type at one endpoint. */
const CASES = [
  ...ENDPOINTS.map((endpoint) => ({ type: 'openai-compatible', ...endpoint })),
  ...TYPES.slice(1).map((type) => ({ type, ...CHAT })),
];

describe('A request with values of odd types', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  before(async () => {
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    const { baseUrl } = upstream;
    proxy = await startProxy({
      providers: Object.fromEntries(TYPES.map((type) => [type, { type, apiKey: 'a-key-of-a-provider', baseUrl }])),
      chains: { default: ['mistral/x'] },
    });
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  const post = (path: string, body: string): Promise<Response> =>
    fetch(`${proxy.address}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body,
    });

  for (const { type, path, field } of CASES) {
    it(`is answered or refused at ${path}, and blames no target of the type ${type}`, async () => {
      const faults: string[] = [];
      for (const body of bodies(`${type}/x`)) {
        const response = await post(path, body.replace('"messages"', `"${field}"`));
        const text = await response.text();
        if (response.status >= 500) faults.push(`${body}: ${text}`);
      }
      expect(faults).to.deep.equal([]);
    });
  }
});
