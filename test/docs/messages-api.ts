import type { ApiShape } from '429chain/testing';

const event = (data: Record<string, unknown>): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** Anthropic's Messages API, as `docs/examples/messages-provider` speaks it. */
export const MESSAGES_SHAPE: Partial<ApiShape> = {
  answer: ({ pieces, call, usage }) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'a-model',
    content: [
      ...(pieces.length === 0 ? [] : [{ type: 'text', text: pieces.join('') }]),
      ...(call === undefined ? [] : [{ type: 'tool_use', id: call.id, name: call.name, input: call.arguments }]),
    ],
    stop_reason: call === undefined ? 'end_turn' : 'tool_use',
    usage: { input_tokens: usage.input, output_tokens: usage.output },
  }),
  stream: ({ pieces, call, usage }) => {
    const json = JSON.stringify(call?.arguments ?? {});
    const parts = [json.slice(0, 4), json.slice(4)];
    const message = { id: 'msg_1', type: 'message', role: 'assistant', content: [], model: 'a-model' };
    return [
      event({ type: 'message_start', message: { ...message, usage: { input_tokens: usage.input, output_tokens: 1 } } }),
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      event({ type: 'ping' }),
      ...pieces.map((text) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
      event({ type: 'content_block_stop', index: 0 }),
      ...(call === undefined
        ? []
        : [
            event({
              type: 'content_block_start',
              index: 1,
              content_block: { type: 'tool_use', id: call.id, name: call.name, input: {} },
            }),
            ...parts.map((partial_json) =>
              event({ type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json } }),
            ),
            event({ type: 'content_block_stop', index: 1 }),
          ]),
      event({
        type: 'message_delta',
        delta: { stop_reason: call === undefined ? 'end_turn' : 'tool_use' },
        usage: { output_tokens: usage.output },
      }),
      event({ type: 'message_stop' }),
    ];
  },
  error: (status, message) => ({
    type: 'error',
    error: { type: status === 429 ? 'rate_limit_error' : 'error', message },
  }),
  streamError: (message) => event({ type: 'error', error: { type: 'overloaded_error', message } }),
  models: (ids) => ({ data: ids.map((id) => ({ type: 'model', id, display_name: id })), has_more: false }),
  limits: ['requests', 'tokens'].map((dimension) => ({
    dimension: dimension as 'requests' | 'tokens',
    window: '1m',
    headers: (remaining) => ({
      [`anthropic-ratelimit-${dimension}-limit`]: '100',
      [`anthropic-ratelimit-${dimension}-remaining`]: String(remaining),
      [`anthropic-ratelimit-${dimension}-reset`]: new Date(Date.now() + 50_000).toISOString(),
    }),
  })),
};
