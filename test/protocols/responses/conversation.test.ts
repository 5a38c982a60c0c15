import { get } from 'node:http';
import { expect } from 'chai';
import { answering, ask, askStreamed, type ChatAnswer, lastSent, post, Stage, shortOf } from './stage.js';

type Json = Record<string, unknown>;

const LONG = `mcp__${'a_server_with_a_long_name_'.repeat(3)}list`;
const user = (content: string) => ({ role: 'user', content });

/** The calls in the conversation that the provider gets. */
const callsSent = (stage: Stage): Json[] =>
  (lastSent(stage).messages as Json[]).flatMap(({ tool_calls: calls }) => (calls as Json[] | undefined) ?? []);

describe('A conversation in the Responses API', () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.set([answering({ content: 'Hello' })]);
  });

  after(() => stage.close());

  const answers = (answer: ChatAnswer): void => void stage.upstreams[0]?.always(answering(answer));

  /** The items of an answer, streamed or whole. */
  const itemsOf = async (body: object, streamed: boolean): Promise<readonly Json[]> =>
    streamed ? (await askStreamed(stage, body)).items : (await ask(stage, body)).body.output;

  interface ToolRow {
    readonly what: string;
    readonly tool: Json;
    /** The arguments that the model writes. */
    readonly args: string;
    readonly item: string;
    /** The name and arguments of the call in the next request. */
    readonly again: { readonly name: string; readonly arguments: string };
  }

  const TOOLS: readonly ToolRow[] = [
    {
      what: '44: a custom tool',
      tool: { type: 'custom', name: 'patch' },
      args: '{"input":"*** Begin\\n\\"x\\""}',
      item: 'custom_tool_call patch *** Begin\n"x"',
      again: { name: 'patch', arguments: '{"input":"*** Begin\\n\\"x\\""}' },
    },
    {
      what: '44: a custom tool whose text the model writes directly',
      tool: { type: 'custom', name: 'patch' },
      args: '*** Begin {not json}',
      item: 'custom_tool_call patch *** Begin {not json}',
      again: { name: 'patch', arguments: '{"input":"*** Begin {not json}"}' },
    },
    {
      what: '44: a custom tool with another key than asked',
      tool: { type: 'custom', name: 'patch' },
      args: '{"patch":"x"}',
      item: 'custom_tool_call patch {"patch":"x"}',
      again: { name: 'patch', arguments: '{"input":"{\\"patch\\":\\"x\\"}"}' },
    },
    {
      what: '44: the tool of a namespace',
      tool: { type: 'namespace', name: 'mcp', description: 'd', tools: [{ type: 'function', name: 'list' }] },
      args: '{}',
      item: 'function_call mcp/list {}',
      again: { name: 'mcp__list', arguments: '{}' },
    },
    {
      what: '44: the custom tool of a namespace',
      tool: { type: 'namespace', name: 'mcp', tools: [{ type: 'custom', name: 'say' }] },
      args: '{"input":"hi"}',
      item: 'custom_tool_call mcp/say hi',
      again: { name: 'mcp__say', arguments: '{"input":"hi"}' },
    },
    {
      what: '43: a name that is too long',
      tool: { type: 'function', name: LONG },
      args: '{"a":1}',
      item: `function_call ${LONG} {"a":1}`,
      again: { name: '', arguments: '{"a":1}' },
    },
    {
      what: '43: a name with other characters',
      tool: { type: 'function', name: 'files.read/all' },
      args: '{}',
      item: 'function_call files.read/all {}',
      again: { name: '', arguments: '{}' },
    },
  ];
  for (const { what, tool, args, item, again } of TOOLS) {
    for (const streamed of [true, false]) {
      it(`${what} is called and answered, ${streamed ? 'streamed' : 'whole'}`, async () => {
        answers({ content: 'Wait.' });
        await ask(stage, { tools: [tool] });
        const [{ function: sent }] = lastSent(stage).tools as [{ function: { name: string } }];
        expect(sent.name).to.match(/^[A-Za-z0-9_-]{1,64}$/);
        answers({ calls: [{ id: 'call_1', name: sent.name, arguments: args }] });
        const items = await itemsOf({ tools: [tool] }, streamed);
        expect(items.map(shortOf)).to.deep.equal([item]);
        const [{ type, call_id }] = items as [Json];
        answers({ content: 'Done.' });
        const input = [user('Go'), ...items, { type: `${type}_output`, call_id, output: 'ok' }];
        expect((await ask(stage, { tools: [tool], input })).status).to.equal(200);
        expect(callsSent(stage)).to.deep.equal([
          { id: 'call_1', type: 'function', function: { ...again, name: again.name || sent.name } },
        ]);
      });
    }
  }

  it('4, 6: pairs results with their calls when a provider repeats its ids in every turn', async () => {
    const call = { id: 'functions.read:0', name: 'read', arguments: '{}' };
    const input: Json[] = [user('Go')];
    for (const text of ['one', 'two']) {
      answers({ calls: [call] });
      const { body } = await ask(stage, { input });
      const [item] = body.output;
      input.push(item as Json, { type: 'function_call_output', call_id: item?.call_id, output: text });
    }
    expect(new Set(input.map(({ call_id }) => call_id ?? '')).size).to.equal(3);
    answers({ content: 'Done.' });
    await ask(stage, { input });
    const messages = lastSent(stage).messages as Json[];
    const ids = callsSent(stage).map(({ id }) => id);
    expect(
      messages.filter(({ role }) => role === 'tool').map((each) => [each.tool_call_id, each.content]),
    ).to.deep.equal([
      [ids[0], 'one'],
      [ids[1], 'two'],
    ]);
  });

  it('58: puts the items that a client refers to in their places', async () => {
    answers({ reasoning: 'Hm.', content: 'I look.', calls: [{ id: 'call_1', name: 'read', arguments: '{"a":1}' }] });
    const { items } = await askStreamed(stage, { input: [user('Go')] });
    answers({ content: 'Done.' });
    const [reasoning, message, call] = items as [Json, Json, Json];
    const input = [
      user('Go'),
      { type: 'item_reference', id: reasoning.id },
      { type: 'item_reference', id: message.id },
      { id: call.id },
      { type: 'function_call_output', call_id: call.call_id, output: 'ok' },
    ];
    expect((await ask(stage, { input })).status).to.equal(200);
    expect((lastSent(stage).messages as Json[]).slice(0, 3)).to.deep.equal([
      user('Go'),
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'read', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'ok' },
    ]);
  });

  it('58: keeps no items of a caller that stores nothing, and says what to do', async () => {
    answers({ content: 'Hi' });
    const [message] = await itemsOf({ store: false }, true);
    const { status, body } = await ask(stage, { input: [user('Go'), { type: 'item_reference', id: message?.id }] });
    expect(status).to.equal(400);
    expect(body.error).to.include({ param: 'input[1]' });
    expect(String(body.error?.message)).to.contain('providerOptions.openai.store = false');
  });

  it('46: returns to the provider what it put on a call, and only on that call', async () => {
    const extra_content = { google: { thought_signature: 'c2ln' } };
    answers({
      calls: [
        { id: 'function-call-1/+=', name: 'read', arguments: '{}', extra_content },
        { id: 'call_2', name: 'read', arguments: '{}', an_odd_field: '' },
      ],
    });
    for (const streamed of [true, false]) {
      answers({
        calls: [
          { id: 'function-call-1/+=', name: 'read', arguments: '{}', extra_content },
          { id: 'call_2', name: 'read', arguments: '{}', an_odd_field: '' },
        ],
      });
      const items = await itemsOf({ store: false }, streamed);
      expect(JSON.stringify(items)).not.to.contain('c2ln');
      answers({ content: 'Done.' });
      const outputs = items.map(({ call_id }) => ({ type: 'function_call_output', call_id, output: 'ok' }));
      await ask(stage, { input: [user('Go'), ...items, ...outputs] });
      expect(callsSent(stage).map(({ extra_content: extra }) => extra)).to.deep.equal([extra_content, undefined]);
      expect(callsSent(stage)[1]).not.to.have.property('an_odd_field');
    }
  });

  it('survives a reload of the configuration', async () => {
    answers({ content: 'Hi' });
    const [message] = await itemsOf({}, false);
    await stage.proxy.app.reloadPlugins();
    const input = [user('Go'), { type: 'item_reference', id: message?.id }, user('And?')];
    expect((await ask(stage, { input })).status).to.equal(200);
  });

  const PLACES: [method: string, path: string][] = [
    ['GET', '/v1/responses/resp_1'],
    ['GET', '/v1/responses/resp_1/input_items?limit=2'],
    ['DELETE', '/v1/responses/resp_1'],
    ['POST', '/v1/responses/resp_1/cancel'],
    ['POST', '/v1/responses/compact'],
    ['POST', '/v1/responses/input_tokens'],
    ['GET', '/v1/responses'],
  ];
  for (const [method, path] of PLACES) {
    it(`58: answers ${method} ${path} with 404, in the shape of OpenAI`, async () => {
      const response =
        method === 'POST'
          ? await post(stage, {}, path)
          : await fetch(`${stage.proxy.address}${path}`, {
              method,
              headers: { authorization: 'Bearer test-key-of-the-proxy' },
            });
      expect(response.status).to.equal(404);
      const { error } = (await response.json()) as { error: Json };
      expect(error).to.include({ type: 'invalid_request_error', code: 'not_found', param: null });
    });
  }

  it('58: answers a WebSocket with a plain 404, so that its client uses HTTP', async () => {
    const headers = {
      authorization: 'Bearer test-key-of-the-proxy',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
    };
    const status = await new Promise((resolve, reject) => {
      get(`${stage.proxy.address}/v1/responses`, { headers, agent: false }, (res) => {
        res.resume().once('end', () => resolve(res.statusCode));
      }).once('error', reject);
    });
    expect(status).to.equal(404);
  });

  it('57: needs a key, in the shape of OpenAI', async () => {
    for (const path of ['/v1/responses', '/v1/responses/compact']) {
      const response = await post(stage, {}, path, { authorization: 'Bearer wrong' });
      expect(response.status).to.equal(401);
      expect(((await response.json()) as { error: Json }).error).to.include({ code: 'invalid_api_key' });
    }
  });
});
