import { expect } from 'chai';
import { chainOver, type RunningProxy, startProxy } from '../proxy.js';
import { answer, ScriptedUpstream } from '../scripted-upstream.js';

/** As Cursor sends it to the address of chat completions. */
const BODY = {
  model: 'gpt-4o',
  instructions: 'You are a coding assistant.',
  input: [
    { role: 'user', content: [{ type: 'input_text', text: 'Fix it' }] },
    { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'read_file', arguments: '{"path":"a.ts"}' },
    { type: 'function_call_output', call_id: 'call_1', output: 'let a = 1' },
  ],
  tools: [{ type: 'function', name: 'read_file', description: 'Reads', parameters: { type: 'object' } }],
  tool_choice: 'auto',
  max_output_tokens: 64,
  reasoning: { effort: 'low' },
  include: ['reasoning.encrypted_content'],
};

describe("A body of the Responses API at the address of chat completions, as Cursor's", () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  before(async () => {
    upstream = (await ScriptedUpstream.start()).always(answer('fixed it'));
    proxy = await startProxy(chainOver([upstream]));
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  it('is sent on as a chat completion, and answered with one', async () => {
    const response = await proxy.post(BODY);
    expect(response.status).to.equal(200);
    expect(await response.json()).to.include({ object: 'chat.completion' });
    expect(upstream.received.at(-1)?.body).to.deep.equal({
      model: 'a-model',
      messages: [
        { role: 'system', content: 'You are a coding assistant.' },
        { role: 'user', content: 'Fix it' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'read_file', arguments: '{"path":"a.ts"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'let a = 1' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'read_file', description: 'Reads', parameters: { type: 'object', properties: {} } },
        },
      ],
      tool_choice: 'auto',
      max_tokens: 64,
      reasoning_effort: 'low',
    });
  });

  it('is streamed in chunks of a chat completion', async () => {
    const text = await (await proxy.post({ ...BODY, stream: true })).text();
    expect(text).to.contain('"object":"chat.completion.chunk"').and.to.contain('data: [DONE]');
  });

  it('is refused with the field that has no counterpart', async () => {
    const response = await proxy.post({ ...BODY, tools: [{ type: 'web_search' }] });
    expect(response.status).to.equal(400);
    const { error } = (await response.json()) as { error: object };
    expect(error).to.include({ code: 'unsupported_tool', param: 'tools[0].type' });
  });

  it('does not replace messages', async () => {
    await proxy.post({ messages: [{ role: 'user', content: 'Hello' }], input: 'other' });
    expect(upstream.received.at(-1)?.body).to.deep.include({
      messages: [{ role: 'user', content: 'Hello' }],
      input: 'other',
    });
  });
});
