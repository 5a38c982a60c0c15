import { expect } from 'chai';
import { reply } from '../../scripted-upstream.js';
import { type Case, type Faces, FUNCTION, type Json, listOf, sentMessages, TOOL } from './faces.js';

const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP8z4APMOGVHbHSAEEsAQ+k2v6XAAAAAElFTkSuQmCC';
const SCHEMA = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };

const user = (content: unknown): Json => ({ role: 'user', content });
const functionCall = (call_id: string): Json => ({ type: 'function_call', call_id, name: 'look', arguments: '{}' });
const functionOutput = (call_id: string, output: unknown): Json => ({ type: 'function_call_output', call_id, output });
const toolUse = (id: string): Json => ({ type: 'tool_use', id, name: 'look', input: {} });
const toolResult = (tool_use_id: string, content: unknown, more: Json = {}): Json => ({
  type: 'tool_result',
  tool_use_id,
  content,
  ...more,
});
const rolesOf = (messages: readonly Json[]): unknown[] => messages.map(({ role }) => role);
/** The function of the first of some tools or calls. */
const functionIn = (list: unknown): Json => (listOf(list)[0]?.function ?? {}) as Json;

const sentFunction = (faces: Faces): Json => functionIn(faces.sent().tools);

const HELLO = { content: 'Hello' };

/** The cases about requests, histories, errors and what is around them. */
export const REQUEST_CASES: readonly Case[] = [
  {
    number: 7,
    title: 'an id that the provider would refuse is changed for it, in the call and in its result',
    run: async (faces) => {
      faces.providers(HELLO);
      const id = `call/with:signs.${'x'.repeat(60)}`;
      await faces.responses({ tools: [FUNCTION], input: [user('Look'), functionCall(id), functionOutput(id, 'seen')] });
      const [, assistant, tool] = sentMessages(faces);
      const sent = String(listOf(assistant?.tool_calls)[0]?.id);
      expect(sent).to.match(/^[\w-]{1,40}$/);
      expect(tool?.tool_call_id).to.equal(sent);
    },
  },
  {
    number: 33,
    title: 'system texts in every form reach the model in order',
    run: async (faces) => {
      faces.providers(HELLO);
      await faces.messages({
        system: [
          { type: 'text', text: 'One' },
          { type: 'text', text: 'Two' },
        ],
        messages: [user('Hi'), { role: 'system', content: 'Three', output_config: {} }],
      });
      const text = JSON.stringify(sentMessages(faces));
      expect([text.indexOf('One'), text.indexOf('Two'), text.indexOf('Three')]).to.satisfy(
        ([one, two, three]: number[]) => Number(one) > 0 && Number(one) < Number(two) && Number(two) < Number(three),
      );
      await faces.responses({ instructions: 'Be brief', input: [{ role: 'system', content: 'Really' }, user('Hi')] });
      expect(sentMessages(faces).map(({ content }) => content)).to.deep.equal(['Be brief\n\nReally', 'Hi']);
    },
  },
  {
    number: 34,
    title: 'developer becomes system',
    run: async (faces) => {
      faces.providers(HELLO);
      await faces.responses({ input: [{ role: 'developer', content: 'Be brief' }, user('Hi')] });
      expect(rolesOf(sentMessages(faces))).to.deep.equal(['system', 'user']);
    },
  },
  {
    number: 35,
    title: 'every choice of a tool is in the words of chat completions',
    run: async (faces) => {
      faces.providers(HELLO);
      const named = { type: 'function', function: { name: 'look' } };
      for (const [tool_choice, expected] of [
        [{ type: 'any' }, 'required'],
        [{ type: 'auto' }, 'auto'],
        [{ type: 'none' }, 'none'],
        [{ type: 'tool', name: 'look' }, named],
      ] as const) {
        await faces.messages({ tools: [TOOL], tool_choice });
        expect(faces.sent().tool_choice).to.deep.equal(expected);
      }
      for (const [tool_choice, expected] of [
        ['required', 'required'],
        [{ type: 'function', name: 'look' }, named],
        [{ type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'look' }] }, 'required'],
      ] as const) {
        await faces.responses({ tools: [FUNCTION, { ...FUNCTION, name: 'other' }], tool_choice });
        expect(faces.sent().tool_choice).to.deep.equal(expected);
      }
      expect(listOf(faces.sent().tools)).to.have.length(1);
    },
  },
  {
    number: 36,
    title: 'parallel calls can be switched off',
    run: async (faces) => {
      faces.providers(HELLO);
      await faces.messages({ tools: [TOOL], tool_choice: { type: 'auto', disable_parallel_tool_use: true } });
      expect(faces.sent().parallel_tool_calls).to.equal(false);
      await faces.responses({ tools: [FUNCTION], parallel_tool_calls: false });
      expect(faces.sent().parallel_tool_calls).to.equal(false);
    },
  },
  {
    number: 37,
    title: 'strict of a tool is kept',
    run: async (faces) => {
      faces.providers(HELLO);
      await faces.responses({ tools: [{ ...FUNCTION, strict: true }] });
      expect(sentFunction(faces).strict).to.equal(true);
      await faces.messages({ tools: [{ ...TOOL, strict: true }] });
      expect(sentFunction(faces).strict).to.equal(true);
    },
  },
  {
    number: 38,
    title: 'a schema of the answer becomes response_format',
    run: async (faces) => {
      faces.providers({ content: '{"a":"b"}' });
      await faces.messages({ output_config: { format: { type: 'json_schema', schema: SCHEMA } } });
      expect(((faces.sent().response_format as Json).json_schema as Json).schema).to.deep.equal(SCHEMA);
      await faces.responses({ text: { format: { type: 'json_schema', name: 'a', schema: SCHEMA, strict: true } } });
      expect(faces.sent().response_format).to.deep.equal({
        type: 'json_schema',
        json_schema: { name: 'a', schema: SCHEMA, strict: true },
      });
    },
  },
  {
    number: 39,
    title: 'effort and thinking become reasoning_effort',
    run: async (faces) => {
      faces.providers(HELLO);
      await faces.responses({ reasoning: { effort: 'high', summary: 'auto' } });
      expect([faces.sent().reasoning_effort, faces.sent().reasoning]).to.deep.equal(['high', undefined]);
      await faces.messages({ thinking: { type: 'enabled', budget_tokens: 2_000 } });
      expect([faces.sent().reasoning_effort, faces.sent().thinking]).to.deep.equal(['low', undefined]);
      await faces.messages({ thinking: { type: 'adaptive' } });
      expect(faces.sent()).not.to.have.any.keys('reasoning_effort', 'thinking');
    },
  },
  {
    number: 40,
    title: 'no bound is sent where none was asked for',
    run: async (faces) => {
      faces.providers(HELLO);
      await faces.responses({});
      expect(faces.sent()).not.to.have.any.keys('max_tokens', 'max_completion_tokens', 'max_output_tokens');
      await faces.responses({ max_output_tokens: 50 });
      expect(faces.sent().max_tokens).to.equal(50);
    },
  },
  {
    number: 41,
    title: 'what only tunes, and what is unknown, is left out and does no harm',
    run: async (faces) => {
      faces.providers(HELLO);
      const extras = { top_k: 5, metadata: { user_id: '{}' }, service_tier: 'auto', safeguards: {}, of_tomorrow: true };
      expect((await faces.messages(extras, { 'anthropic-beta': 'of-tomorrow-2030' })).status).to.equal(200);
      expect(faces.sent()).to.have.all.keys('model', 'messages', 'max_tokens');
      expect((await faces.responses({ prompt_cache_key: 'k', include: [], of_tomorrow: 1 })).status).to.equal(200);
      expect(faces.sent()).to.have.all.keys('model', 'messages');
    },
  },
  {
    number: 42,
    title: 'a schema loses only what has no meaning',
    run: async (faces) => {
      faces.providers(HELLO);
      const input_schema = {
        $schema: 'x',
        type: 'object',
        properties: { a: { type: 'number', exclusiveMinimum: 0 } },
        additionalProperties: false,
      };
      await faces.messages({ tools: [{ ...TOOL, input_schema }] });
      const { $schema: _, ...rest } = input_schema;
      expect(sentFunction(faces).parameters).to.deep.equal(rest);
    },
  },
  {
    number: 43,
    title: 'a long name is mapped, in tools, choice and history, and mapped back',
    run: async (faces) => {
      const name = `mcp__server__${'x'.repeat(66)}`;
      faces.providers((res, request) => {
        const sent = String(functionIn(request.body.tools).name);
        return reply(200, {
          choices: [
            {
              message: {
                role: 'assistant',
                tool_calls: [{ id: 'c', type: 'function', function: { name: sent, arguments: '{}' } }],
              },
              finish_reason: 'tool_calls',
            },
          ],
        })(res, request);
      });
      const messages = [
        user('Look'),
        { role: 'assistant', content: [{ ...toolUse('toolu_1'), name }] },
        user([toolResult('toolu_1', 'seen')]),
      ];
      const { body } = await faces.messages({
        tools: [{ ...TOOL, name }],
        tool_choice: { type: 'tool', name },
        messages,
      });
      expect(listOf(body.content)[0]?.name).to.equal(name);
      const sent = sentFunction(faces).name;
      expect(String(sent)).to.have.length.below(65);
      expect(JSON.stringify(faces.sent())).not.to.contain(name);
    },
  },
  {
    number: 44,
    title: 'what Codex sends in each request is understood',
    run: async (faces) => {
      faces.providers(HELLO);
      const tools = [
        { type: 'custom', name: 'apply_patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' } },
        { type: 'namespace', name: 'ns', description: '', tools: [FUNCTION] },
        { type: 'web_search', external_web_access: true },
      ];
      const input = [
        user('Hi'),
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        { type: 'compaction', encrypted_content: 'x' },
      ];
      expect((await faces.responses({ tools, input })).status).to.equal(200);
      expect(listOf(faces.sent().tools).map((tool) => (tool.function as Json).name)).to.deep.equal([
        'apply_patch',
        'ns__look',
      ]);
    },
  },
  {
    number: 45,
    title: 'reasoning in the history is no error, and no text',
    run: async (faces) => {
      faces.providers(HELLO);
      const thinking = { type: 'thinking', thinking: 'a secret thought', signature: 'of another vendor' };
      await faces.messages({
        messages: [user('Hi'), { role: 'assistant', content: [thinking, { type: 'text', text: 'Yes' }] }, user('And?')],
      });
      expect(JSON.stringify(faces.sent())).not.to.match(/secret thought|of another vendor/);
      const reasoning = {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'a secret thought' }],
      };
      await faces.responses({ input: [user('Hi'), reasoning, { role: 'assistant', content: 'Yes' }, user('And?')] });
      expect(JSON.stringify(faces.sent())).not.to.contain('secret thought');
    },
  },
  {
    number: 46,
    title: 'what a provider put on a call comes back with it',
    run: async (faces) => {
      const extra_content = { google: { thought_signature: 'abc' } };
      faces.providers({ calls: [{ id: 'call_1', name: 'look', arguments: '{}', extra_content }] });
      const { body } = await faces.responses({ tools: [FUNCTION] });
      const [item] = listOf(body.output);
      expect(JSON.stringify(item)).not.to.contain('abc');
      await faces.responses({
        tools: [FUNCTION],
        input: [user('Look'), item, functionOutput(String(item?.call_id), 'seen')],
      });
      expect(listOf(sentMessages(faces)[1]?.tool_calls)[0]?.extra_content).to.deep.equal(extra_content);
    },
  },
  {
    number: 47,
    title: 'encrypted reasoning in the history is accepted, and sent to nobody else',
    run: async (faces) => {
      faces.providers(HELLO);
      const input = [
        user('Hi'),
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' },
        user('And?'),
      ];
      expect((await faces.responses({ input })).status).to.equal(200);
      expect(JSON.stringify(faces.sent())).not.to.contain('sealed');
    },
  },
  {
    number: 48,
    title: 'a picture in the result of a tool reaches the model as a picture',
    run: async (faces) => {
      faces.providers(HELLO);
      const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PICTURE } };
      await faces.messages({
        tools: [TOOL],
        messages: [
          user('Look'),
          { role: 'assistant', content: [toolUse('toolu_1')] },
          user([toolResult('toolu_1', [image])]),
        ],
      });
      expect(rolesOf(sentMessages(faces))).to.deep.equal(['user', 'assistant', 'tool', 'user']);
      expect(JSON.stringify(sentMessages(faces)[3])).to.contain(`data:image/png;base64,${PICTURE}`);
      expect(JSON.stringify(sentMessages(faces)[2])).not.to.contain(PICTURE);
    },
  },
  {
    number: 49,
    title: 'pictures reach the model, and a file by its id is refused by name',
    run: async (faces) => {
      faces.providers(HELLO);
      const picture = { type: 'input_image', image_url: `data:image/png;base64,${PICTURE}`, detail: 'low' };
      await faces.responses({ input: [user([{ type: 'input_text', text: 'What?' }, picture])] });
      expect(listOf(sentMessages(faces)[0]?.content)[1]).to.deep.equal({
        type: 'image_url',
        image_url: { url: `data:image/png;base64,${PICTURE}`, detail: 'low' },
      });
      const { status, body } = await faces.responses({ input: [user([{ type: 'input_image', file_id: 'file-1' }])] });
      expect([status, (body.error as Json).param]).to.deep.equal([400, 'input[0].content[0].file_id']);
    },
  },
  {
    number: 50,
    title: 'the error of a tool is spelled out',
    run: async (faces) => {
      faces.providers(HELLO);
      await faces.messages({
        tools: [TOOL],
        messages: [
          user('Look'),
          { role: 'assistant', content: [toolUse('toolu_1')] },
          user([toolResult('toolu_1', 'no such file', { is_error: true })]),
        ],
      });
      expect(sentMessages(faces)[2]?.content).to.equal('Error: no such file');
    },
  },
  {
    number: 51,
    title: 'any order of calls, texts and results becomes a legal history',
    run: async (faces) => {
      faces.providers(HELLO);
      await faces.responses({
        tools: [FUNCTION],
        input: [
          user('Look'),
          functionCall('call_1'),
          functionCall('call_2'),
          user('Wait'),
          functionOutput('call_2', 'second'),
          functionOutput('call_9', 'of nothing'),
          functionCall('call_3'),
        ],
      });
      const messages = sentMessages(faces);
      for (const [at, { tool_calls: calls }] of messages.entries()) {
        const ids = listOf(calls).map(({ id }) => id);
        const results = messages.slice(at + 1, at + 1 + ids.length);
        expect(results.map(({ tool_call_id }) => tool_call_id)).to.have.members(ids);
      }
      expect(JSON.stringify(messages)).to.contain('of nothing').and.contain('interrupted');
    },
  },
  {
    number: 52,
    title: 'empty blocks are left out, and empty arguments are an empty object',
    run: async (faces) => {
      faces.providers(HELLO);
      await faces.messages({
        messages: [
          user([
            { type: 'text', text: '' },
            { type: 'text', text: 'Hi' },
          ]),
        ],
      });
      expect(sentMessages(faces)[0]?.content).to.equal('Hi');
      const empty = { ...functionCall('call_1'), arguments: '' };
      await faces.responses({ tools: [FUNCTION], input: [user('Look'), empty, functionOutput('call_1', 'seen')] });
      expect(functionIn(sentMessages(faces)[1]?.tool_calls).arguments).to.equal('{}');
    },
  },
  {
    number: 53,
    title: 'cached tokens are counted once',
    run: async (faces) => {
      const usage = {
        prompt_tokens: 111,
        completion_tokens: 9,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 30 },
      };
      faces.providers({ content: 'Hi', usage });
      const asked = (await faces.responses({})).body.usage as Json;
      expect([asked.input_tokens, asked.input_tokens_details, asked.total_tokens]).to.deep.equal([
        111,
        { cached_tokens: 30 },
        120,
      ]);
      const told = (await faces.streamedMessage()).message.usage as Json;
      expect([told.input_tokens, told.cache_read_input_tokens, told.output_tokens]).to.deep.equal([81, 30, 9]);
    },
  },
  {
    number: 54,
    title: 'cache_control goes to nobody who does not know it',
    run: async (faces) => {
      faces.providers(HELLO);
      const cache_control = { type: 'ephemeral' };
      await faces.messages({
        system: [{ type: 'text', text: 'Be brief', cache_control }],
        tools: [{ ...TOOL, cache_control }],
        messages: [user([{ type: 'text', text: 'Hi', cache_control }])],
      });
      expect(JSON.stringify(faces.sent())).not.to.contain('cache_control');
    },
  },
  {
    number: 55,
    title: 'tokens are counted here, many at once, also when nothing is left',
    run: async (faces) => {
      faces.providers(reply(429, { error: { message: 'Slow down' } }, { 'retry-after': '60' }));
      await faces.messages({});
      const before = faces.requests;
      const body = { model: 'default', messages: [user('Hello, how are you?')] };
      const counted = await Promise.all(
        Array.from({ length: 26 }, () => faces.post('/v1/messages/count_tokens', body)),
      );
      for (const each of counted) {
        expect(each.status).to.equal(200);
        expect(each.body.input_tokens).to.be.within(3, 40);
      }
      expect(faces.requests).to.equal(before);
    },
  },
  {
    number: 56,
    title: "clients of Anthropic get Anthropic's list of models",
    run: async (faces) => {
      const { body } = await faces.get('/v1/models', { 'anthropic-version': '2023-06-01' });
      expect(body).to.include.keys('data', 'has_more', 'first_id', 'last_id');
      expect(listOf(body.data).map(({ id }) => id)).to.include.members(['default', 'claude-429chain-default']);
      expect((await faces.get('/v1/models')).body.object).to.equal('list');
    },
  },
  {
    number: 57,
    title: 'every refusal has the envelope and the status of its protocol',
    run: async (faces) => {
      const wrongKey = { authorization: 'Bearer wrong' };
      const rows: readonly (readonly [Json, Record<string, string>, number, string, number])[] = [
        [{ messages: 'no' }, {}, 400, 'invalid_request_error', 400],
        [{}, wrongKey, 401, 'authentication_error', 401],
      ];
      for (const [body, headers, status, type, chatStatus] of rows) {
        const message = await faces.messages(body, headers);
        expect([message.status, message.body.type, (message.body.error as Json).type]).to.deep.equal([
          status,
          'error',
          type,
        ]);
        const response = await faces.post('/v1/responses', { model: 'default', input: 5, ...body }, headers);
        expect(response.status).to.equal(chatStatus);
        expect(response.body.error).to.include.keys('message', 'type', 'code', 'param');
      }
      faces.providers(reply(429, { error: { message: 'Slow down' } }, { 'retry-after': '60' }));
      const limited = await faces.messages({});
      expect([limited.status, (limited.body.error as Json).type]).to.deep.equal([429, 'rate_limit_error']);
      expect(Number(limited.headers.get('retry-after'))).to.be.above(0);
      faces.providers(reply(503, { error: { message: 'Down' } }));
      const down = await faces.messages({});
      expect([down.status, (down.body.error as Json).type]).to.deep.equal([529, 'overloaded_error']);
    },
  },
  {
    number: 58,
    title: 'what would need a memory is refused by name, and what is remembered works',
    run: async (faces) => {
      faces.providers(HELLO);
      for (const [field, value] of [
        ['previous_response_id', 'resp_1'],
        ['conversation', 'conv_1'],
        ['background', true],
        ['prompt', { id: 'p' }],
      ] as const) {
        const { status, body } = await faces.responses({ [field]: value });
        expect([status, (body.error as Json).param]).to.deep.equal([400, field]);
      }
      const unknown = await faces.responses({ input: [user('Hi'), { type: 'item_reference', id: 'msg_unknown' }] });
      expect([unknown.status, (unknown.body.error as Json).param]).to.deep.equal([400, 'input[1]']);
      const { body } = await faces.responses({});
      expect(body.store).to.equal(false);
      const [item] = listOf(body.output);
      await faces.responses({ input: [user('Hi'), { id: item?.id }, user('And?')] });
      expect(sentMessages(faces).map(({ content }) => content)).to.deep.equal(['Hi', 'Hello', 'And?']);
    },
  },
];
