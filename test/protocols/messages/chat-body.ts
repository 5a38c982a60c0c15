import { expect } from 'chai';

type Fields = Record<string, unknown>;

/** The fields of a chat completion that a request for a message may become, and those of everything inside. */
const BODY = [
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'stream',
  'stream_options',
  'response_format',
  'reasoning_effort',
];
const MESSAGE = ['role', 'content', 'tool_calls', 'tool_call_id'];
const PARTS: Readonly<Record<string, readonly string[]>> = {
  text: ['type', 'text'],
  image_url: ['type', 'image_url'],
  file: ['type', 'file'],
};

const expectKeys = (fields: Fields, allowed: readonly string[]): void => {
  for (const key of Object.keys(fields)) expect(allowed).to.include(key);
};

/** Fails where a body has a field that strict providers refuse, or an order of messages that they refuse. */
export const expectChatBody = (body: Fields): void => {
  expectKeys(body, BODY);
  if (body.tools !== undefined) expect(body.tools).to.be.an('array').that.is.not.empty;
  else expect(body).not.to.have.any.keys('tool_choice', 'parallel_tool_calls');
  for (const tool of (body.tools ?? []) as { type: string; function: Fields }[]) {
    expectKeys(tool, ['type', 'function']);
    expectKeys(tool.function, ['name', 'description', 'parameters', 'strict']);
    expect(tool.function.parameters).to.include({ type: 'object' }).and.not.have.property('$schema');
    expect((tool.function.parameters as Fields).properties).to.be.an('object');
  }
  let open: unknown[] = [];
  for (const message of body.messages as Fields[]) {
    expectKeys(message, MESSAGE);
    const { role, content, tool_calls: calls = [], tool_call_id: id } = message;
    if (role === 'tool') {
      expect(open, 'a call before its result').to.include(id);
      open = open.filter((each) => each !== id);
      expect(content).to.be.a('string').and.not.equal('');
    } else expect(open, 'results before anything else').to.deep.equal([]);
    if (Array.isArray(content))
      for (const part of content as Fields[]) expectKeys(part, PARTS[String(part.type)] ?? []);
    else if (content === null) expect(calls).not.to.deep.equal([]);
    else expect(content).to.be.a('string').and.not.equal('');
    for (const call of calls as { id: string; type: string; function: Fields }[]) {
      expectKeys(call, ['id', 'type', 'function']);
      expectKeys(call.function, ['name', 'arguments']);
      expect(JSON.parse(String(call.function.arguments))).to.be.an('object');
      open.push(call.id);
    }
  }
  expect(open, 'a result for each call').to.deep.equal([]);
  expect(JSON.stringify(body)).not.to.match(/cache_control|signature|defer_loading|thinking/);
};
