/** @typedef {Record<string, any>} Fields */

/** Why an answer ended: the API's word for it, and OpenAI's. @type {Record<string, string>} */
const FINISH = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

/** Translates an answer that is not streamed. @type {(answer: unknown) => Fields} */
export const answerOf = (answer) => {
  const { id, model, content, stop_reason: reason, usage } = /** @type {Fields} */ (answer);
  const text = content.filter(isText).map((/** @type {Fields} */ block) => block.text);
  const calls = content.filter(isCall).map((/** @type {Fields} */ { id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
  const message = {
    role: 'assistant',
    content: text.length === 0 ? null : text.join(''),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return { id, model, choices: [{ message, finish_reason: FINISH[reason] ?? 'stop' }], usage: usage && usageOf(usage) };
};

/** Translates one stream. It keeps state, so every stream needs its own. @type {() => (event: { data: unknown }) => Fields | undefined} */
export const chunksOf = () => {
  /** @type {Fields} */
  let usage = {};
  let calls = 0;
  /** Whether the current tool call has no arguments yet. */
  let bare = false;
  /** @type {(delta: Fields) => Fields} */
  const chunk = (delta) => ({ choices: [{ delta }] });
  /** @type {(fields: Fields) => Fields} */
  const call = (fields) => chunk({ tool_calls: [{ index: calls - 1, ...fields }] });

  return ({ data }) => {
    const { type, message, content_block: block, delta, usage: told } = /** @type {Fields} */ (data);
    switch (type) {
      case 'message_start':
        usage = message.usage ?? {};
        return chunk({ role: 'assistant', content: '' });
      case 'content_block_start':
        if (!isCall(block)) return undefined;
        calls += 1;
        bare = true;
        return call({ id: block.id, type: 'function', function: { name: block.name, arguments: '' } });
      case 'content_block_delta':
        if (delta.type === 'text_delta') return chunk({ content: delta.text });
        if (delta.type === 'thinking_delta') return chunk({ reasoning_content: delta.thinking });
        if (delta.type !== 'input_json_delta') return undefined;
        bare &&= delta.partial_json === '';
        return call({ function: { arguments: delta.partial_json } });
      case 'content_block_stop':
        if (!bare) return undefined;
        bare = false;
        return call({ function: { arguments: '{}' } });
      case 'message_delta':
        usage = { ...usage, ...told };
        return { choices: [{ delta: {}, finish_reason: FINISH[delta.stop_reason] ?? 'stop' }] };
      case 'message_stop':
        return usage.input_tokens === undefined ? undefined : { choices: [], usage: usageOf(usage) };
      default:
        return undefined;
    }
  };
};

/** @type {(block: Fields) => boolean} */
const isText = ({ type }) => type === 'text';

/** @type {(block: Fields) => boolean} */
const isCall = ({ type }) => type === 'tool_use';

/** `input_tokens` does not include tokens read from a cache; OpenAI's count does. @type {(usage: Fields) => Fields} */
const usageOf = ({ input_tokens: fresh = 0, output_tokens: output = 0, ...cache }) => {
  const cached = cache.cache_read_input_tokens ?? 0;
  const input = fresh + cached + (cache.cache_creation_input_tokens ?? 0);
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
  };
};
