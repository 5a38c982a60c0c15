import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { checkResponse, checkStream } from './event-grammar.js';
import { answering, lastSent, post, Stage } from './stage.js';

type Json = Record<string, unknown>;

/** Fields of a chat completion that strict providers take. */
const CHAT_FIELDS = [
  ...['model', 'messages', 'stream', 'stream_options', 'tools', 'tool_choice', 'parallel_tool_calls', 'max_tokens'],
  ...['temperature', 'top_p', 'response_format', 'reasoning_effort'],
];
const MESSAGE_FIELDS = ['role', 'content', 'tool_calls', 'tool_call_id'];

interface Client {
  readonly name: string;
  /** The roles of the messages that the provider gets. */
  readonly roles: string;
  readonly tools: string;
  readonly check?: (sent: Json) => void;
}

const CLIENTS: readonly Client[] = [
  {
    name: 'codex-first',
    roles: 'system user',
    tools:
      'exec_command write_stdin update_plan view_image apply_patch collaboration__spawn_agent collaboration__wait_agent',
    check: (sent) => expect(sent).not.to.have.any.keys('reasoning_effort', 'parallel_tool_calls'),
  },
  {
    name: 'codex-next',
    roles: 'system user assistant tool tool tool assistant tool user',
    tools:
      'exec_command write_stdin update_plan view_image apply_patch collaboration__spawn_agent collaboration__wait_agent',
    check: ({ messages }) => {
      const [, , assistant] = messages as [Json, Json, Json];
      expect(assistant.content).to.equal("I'll look first.");
      const names = (assistant.tool_calls as { function: { name: string } }[]).map((call) => call.function.name);
      expect(names).to.deep.equal(['exec_command', 'collaboration__spawn_agent', 'apply_patch']);
      expect((messages as Json[]).at(-1)?.content).to.deep.equal([
        { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' } },
      ]);
    },
  },
  {
    name: 'ai-sdk',
    roles: 'system user',
    tools: 'weather',
    check: ({ response_format: format }) =>
      expect((format as { json_schema: Json }).json_schema).to.include({ name: 'response', strict: true }),
  },
  {
    name: 'langchain',
    roles: 'system user assistant tool',
    tools: 'add',
    check: ({ temperature }) => expect(temperature).to.equal(0),
  },
  { name: 'agents', roles: 'system user assistant tool', tools: 'transfer_to_billing_agent' },
];

describe('Requests as clients of the Responses API send them', () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.set([answering({ reasoning: 'Hm.', content: '{"city":"Rome","days":2}' })]);
  });

  after(() => stage.close());

  for (const { name, roles, tools, check } of CLIENTS) {
    it(`are answered: ${name}`, async () => {
      const file = new URL(`../../fixtures/responses-requests/${name}.json`, import.meta.url);
      const body = JSON.parse(readFileSync(file, 'utf8')) as Json;
      const response = await post(stage, body);
      expect(response.status).to.equal(200);
      if (body.stream === true) checkStream(await response.text());
      else checkResponse((await response.json()) as Json, 'completed');
      const sent = lastSent(stage) as Json & { messages: Json[]; tools: { type: string; function: Json }[] };
      expect(CHAT_FIELDS).to.include.members(Object.keys(sent));
      for (const message of sent.messages) expect(MESSAGE_FIELDS).to.include.members(Object.keys(message));
      expect(sent.messages.map(({ role }) => role).join(' ')).to.equal(roles);
      expect(sent.tools.map((tool) => tool.function.name).join(' ')).to.equal(tools);
      for (const tool of sent.tools) {
        expect(tool).to.have.all.keys('type', 'function').and.to.include({ type: 'function' });
        expect(tool.function.parameters).to.include({ type: 'object' }).and.not.have.property('$schema');
      }
      check?.(sent);
    });
  }
});
