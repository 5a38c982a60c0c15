type Fields = Record<string, unknown>;

const PNG = 'iVBORw0KGgo=';
const JPEG = '/9j/4AAQ';
export const USER = { role: 'user', content: 'Hello' };
const picture = (url: string): Fields => ({ type: 'image_url', image_url: { url } });
const call = (name: string, args: unknown, more: object = {}): Fields => ({
  ...more,
  function: { name, arguments: args },
});
const sentCall = (id: string, name: string, args: string): Fields => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
const TOOL = {
  type: 'function',
  function: { name: 'f', description: 'does', parameters: { type: 'object', properties: {} } },
};

export const CHAT: [what: string, asked: Fields, sent: Fields][] = [
  ['a message', {}, { messages: [USER] }],
  [
    'a system message, and an answer with thinking',
    {
      messages: [
        { role: 'system', content: 'Be brief' },
        USER,
        { role: 'assistant', content: 'Hi', thinking: 'so' },
        USER,
      ],
    },
    { messages: [{ role: 'system', content: 'Be brief' }, USER, { role: 'assistant', content: 'Hi' }, USER] },
  ],
  [
    'pictures',
    { messages: [{ ...USER, images: [PNG, JPEG, 'data:image/webp;base64,AA'] }] },
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hello' },
            picture(`data:image/png;base64,${PNG}`),
            picture(`data:image/jpeg;base64,${JPEG}`),
            picture('data:image/webp;base64,AA'),
          ],
        },
      ],
    },
  ],
  [
    'options',
    {
      options: {
        temperature: 0.5,
        top_p: 0.9,
        seed: 7,
        stop: ['x'],
        num_predict: 100,
        presence_penalty: 1,
        frequency_penalty: 0.1,
        top_k: 40,
        num_ctx: 4096,
      },
      keep_alive: '5m',
    },
    {
      messages: [USER],
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      stop: ['x'],
      max_tokens: 100,
      presence_penalty: 1,
      frequency_penalty: 0.1,
    },
  ],
  ['no bound', { options: { num_predict: -1, temperature: null } }, { messages: [USER] }],
  ['any JSON', { format: 'json' }, { messages: [USER], response_format: { type: 'json_object' } }],
  [
    'JSON by a schema',
    { format: { type: 'object', properties: { a: { type: 'string' } } } },
    {
      messages: [USER],
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', schema: { type: 'object', properties: { a: { type: 'string' } } } },
      },
    },
  ],
  ['an empty format', { format: '' }, { messages: [USER] }],
  ['thinking', { think: true }, { messages: [USER], reasoning_effort: 'medium' }],
  ['much thinking', { think: 'high' }, { messages: [USER], reasoning_effort: 'high' }],
  ['no thinking', { think: false }, { messages: [USER] }],
  ['tools', { tools: [TOOL] }, { messages: [USER], tools: [TOOL] }],
  ['no tools', { tools: [] }, { messages: [USER] }],
  [
    'calls and results, paired by their order',
    {
      messages: [
        USER,
        { role: 'assistant', content: '', tool_calls: [call('f', { a: 1 }), call('f', { a: 2 })] },
        { role: 'tool', content: 'one' },
        { role: 'tool', content: '' },
      ],
    },
    {
      messages: [
        USER,
        {
          role: 'assistant',
          content: null,
          tool_calls: [sentCall('call_1_0', 'f', '{"a":1}'), sentCall('call_1_1', 'f', '{"a":2}')],
        },
        { role: 'tool', tool_call_id: 'call_1_0', content: 'one' },
        { role: 'tool', tool_call_id: 'call_1_1', content: '(no output)' },
      ],
    },
  ],
  [
    'results in another order, by the names and ids that they have',
    {
      messages: [
        USER,
        {
          role: 'assistant',
          content: 'Look',
          tool_calls: [call('f', {}), call('g', '{"a":1}'), call('f', null, { id: 'mine' })],
        },
        { role: 'tool', content: 'g', tool_name: 'g' },
        { role: 'tool', content: 'last', tool_call_id: 'mine' },
        { role: 'tool', content: 'f', tool_name: 'f' },
      ],
    },
    {
      messages: [
        USER,
        {
          role: 'assistant',
          content: 'Look',
          tool_calls: [
            sentCall('call_1_0', 'f', '{}'),
            sentCall('call_1_1', 'g', '{"a":1}'),
            sentCall('call_1_2', 'f', '{}'),
          ],
        },
        { role: 'tool', tool_call_id: 'call_1_1', content: 'g' },
        { role: 'tool', tool_call_id: 'call_1_2', content: 'last' },
        { role: 'tool', tool_call_id: 'call_1_0', content: 'f' },
      ],
    },
  ],
  [
    'a call without a result, a result without a call, and a picture in a result',
    {
      messages: [
        { role: 'tool', content: 'stray' },
        { role: 'assistant', content: '', tool_calls: [call('f', {}), call('g', {})] },
        { role: 'tool', content: 'shot', images: [PNG] },
        USER,
      ],
    },
    {
      messages: [
        { role: 'user', content: 'stray' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [sentCall('call_1_0', 'f', '{}'), sentCall('call_1_1', 'g', '{}')],
        },
        { role: 'tool', tool_call_id: 'call_1_0', content: 'shot' },
        { role: 'tool', tool_call_id: 'call_1_1', content: '(no result: interrupted)' },
        { role: 'user', content: [picture(`data:image/png;base64,${PNG}`)] },
        USER,
      ],
    },
  ],
];

export const GENERATE: [what: string, asked: Fields, sent: Fields][] = [
  ['a prompt', { prompt: 'Hello' }, { messages: [USER] }],
  [
    'a system text and a picture',
    { prompt: 'Hello', system: 'Be brief', images: [PNG] },
    {
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: [{ type: 'text', text: 'Hello' }, picture(`data:image/png;base64,${PNG}`)] },
      ],
    },
  ],
  ['fields without a meaning here', { prompt: 'Hello', raw: true, template: 'x', suffix: '' }, { messages: [USER] }],
];

export const WRONG: [what: string, path: string, asked: Fields, says: string][] = [
  ['messages that are no list', '/api/chat', { messages: 'Hello' }, 'messages: Expected a list.'],
  ['a message that is a text', '/api/chat', { messages: ['x'] }, 'messages[0]: Expected an object.'],
  [
    'an unknown role',
    '/api/chat',
    { messages: [{ role: 'x' }] },
    'messages[0].role: Expected system, user, assistant or tool.',
  ],
  [
    'content that is a list',
    '/api/chat',
    { messages: [{ role: 'user', content: [] }] },
    'messages[0].content: Expected a string.',
  ],
  [
    'a picture of another kind',
    '/api/chat',
    { messages: [{ ...USER, images: ['QUJD'] }] },
    'messages[0].images[0]: Expected a JPEG, PNG, GIF or WebP picture as base64.',
  ],
  [
    'a tool without a name',
    '/api/chat',
    { messages: [USER], tools: [{}] },
    'tools[0].function.name: Expected the name of a tool.',
  ],
  [
    'a call without a name',
    '/api/chat',
    { messages: [{ role: 'assistant', tool_calls: [{}] }] },
    'messages[0].tool_calls[0].function.name: Expected the name of a tool.',
  ],
  ['an unknown format', '/api/chat', { messages: [USER], format: 'xml' }, "format: Expected 'json' or a JSON Schema."],
  [
    'unknown thinking',
    '/api/chat',
    { messages: [USER], think: 'hard' },
    'think: Expected true, false, low, medium, high or max.',
  ],
  [
    'a gap to fill',
    '/api/generate',
    { prompt: 'a', suffix: 'b' },
    'suffix: Chat models cannot fill a gap. Leave it out.',
  ],
  ['a model without a name', '/api/show', {}, 'model: Expected the name of a model.'],
];
