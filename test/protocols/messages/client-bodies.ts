/** Bodies as clients send them, shortened where they repeat. */

const CACHE = { cache_control: { type: 'ephemeral' } };
const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

const SYSTEM = [
  { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.332; cc_entrypoint=cli;' },
  { type: 'text', text: "You are Claude Code, Anthropic's official CLI for Claude.", ...CACHE },
  { type: 'text', text: '\nYou are an interactive agent that helps users with software engineering tasks.', ...CACHE },
];

const CLAUDE_CODE_TOOLS = [
  {
    name: 'Bash',
    description: 'Executes a given bash command.',
    input_schema: {
      $schema: DRAFT,
      type: 'object',
      properties: {
        command: { description: 'The command to execute', type: 'string', maxLength: 30_000 },
        timeout: {
          description: 'In milliseconds',
          type: 'number',
          exclusiveMinimum: 0,
          maximum: 600_000,
          default: 120_000,
        },
        run_in_background: { type: 'boolean' },
      },
      required: ['command'],
      additionalProperties: false,
    },
  },
  {
    name: 'TodoWrite',
    description: 'Writes a list.',
    input_schema: {
      $schema: DRAFT,
      type: 'object',
      properties: {
        todos: {
          type: 'array',
          maxItems: 50,
          items: {
            type: 'object',
            properties: {
              content: { type: 'string', pattern: '^\\S' },
              status: { type: 'string', enum: ['pending', 'completed'] },
            },
            required: ['content', 'status'],
            additionalProperties: false,
          },
        },
      },
      required: ['todos'],
      additionalProperties: false,
    },
  },
  { name: 'mcp__placeholder', description: '', input_schema: { type: 'object', properties: {} }, defer_loading: true },
];

const CLAUDE_CODE = {
  model: 'claude-opus-5-5',
  max_tokens: 128_000,
  stream: true,
  system: SYSTEM,
  metadata: { user_id: '{"device_id":"d","account_uuid":"","session_id":"s"}' },
  safeguards: { mode: 'default' },
};

const CLAUDE_CODE_FIRST = {
  ...CLAUDE_CODE,
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: '<system-reminder>\nThe date is 2026-11-29.\n</system-reminder>' },
        { type: 'text', text: 'List the files.', ...CACHE },
      ],
    },
    { role: 'system', content: 'The user is in /work.', output_config: { effort: 'high' } },
  ],
  tools: CLAUDE_CODE_TOOLS,
  thinking: { type: 'adaptive', display: 'omitted' },
  output_config: { effort: 'high' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
};

const CLAUDE_CODE_NEXT = {
  ...CLAUDE_CODE_FIRST,
  messages: [
    ...CLAUDE_CODE_FIRST.messages,
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'I list them.', signature: '429chain' },
        { type: 'text', text: 'I list them.' },
        { type: 'tool_use', id: 'toolu_01A', name: 'Bash', input: { command: 'ls' } },
        { type: 'tool_use', id: 'toolu_01B', name: 'Bash', input: { command: 'cat none' } },
      ],
    },
    {
      role: 'user',
      content: [
        { tool_use_id: 'toolu_01B', type: 'tool_result', content: 'cat: none: No such file', is_error: true },
        {
          tool_use_id: 'toolu_01A',
          type: 'tool_result',
          content: [{ type: 'text', text: 'a.ts\nb.ts' }],
          is_error: false,
          ...CACHE,
        },
        { type: 'text', text: '<system-reminder>\nThe list is empty.\n</system-reminder>' },
      ],
    },
  ],
};

const CLAUDE_CODE_TITLE = {
  ...CLAUDE_CODE,
  max_tokens: 32_000,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'List the files.' }] }],
  tools: [],
  thinking: { type: 'disabled' },
  output_config: {
    format: {
      type: 'json_schema',
      schema: {
        type: 'object',
        properties: { title: { type: 'string' } },
        required: ['title'],
        additionalProperties: false,
      },
    },
  },
};

const AI_SDK = {
  model: 'claude-haiku-4-5',
  max_tokens: 4_096,
  temperature: 0.3,
  top_k: 40,
  stop_sequences: ['STOP'],
  stream: true,
  thinking: { type: 'enabled', budget_tokens: 2_048 },
  system: [{ type: 'text', text: 'Be brief.' }],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'How warm is it in Rome?' }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'I ask the tool.', signature: '429chain' },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } },
      ],
    },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: '{"celsius":21}', is_error: false }],
    },
  ],
  tools: [
    {
      name: 'weather',
      description: 'The weather of a city',
      input_schema: {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      },
    },
  ],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
};

const LANGCHAIN = {
  model: 'claude-sonnet-4-5',
  max_tokens: 2_048,
  stream: false,
  messages: [
    { role: 'user', content: 'What is in the picture?' },
    {
      role: 'user',
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
        { type: 'text', text: 'This one.' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look closer.' },
        { type: 'tool_use', id: 'toolu_2', name: 'zoom', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'toolu_2',
          content: [
            { type: 'text', text: 'closer' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
          ],
        },
      ],
    },
  ],
  tools: [{ name: 'zoom', description: 'Zooms', input_schema: { type: 'object', properties: {} } }],
  tool_choice: { type: 'any' },
};

/** Bodies that are answered, by their client. */
export const CLIENT_BODIES: Readonly<Record<string, Record<string, unknown>>> = {
  "Claude Code's first turn": CLAUDE_CODE_FIRST,
  "Claude Code's next turn": CLAUDE_CODE_NEXT,
  "Claude Code's title": CLAUDE_CODE_TITLE,
  "Claude Code's question for its quota": {
    model: 'claude-haiku-4-5',
    max_tokens: 1,
    messages: [{ role: 'user', content: 'quota' }],
    metadata: CLAUDE_CODE.metadata,
  },
  'the AI SDK': AI_SDK,
  LangChain: LANGCHAIN,
};

/** Claude Code's own search of the web. Only Anthropic can answer it. */
export const WEB_SEARCH = {
  ...CLAUDE_CODE,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Perform a web search for the query: 429' }] }],
  tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 8 }],
  tool_choice: { type: 'tool', name: 'web_search' },
};
