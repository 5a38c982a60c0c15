import { expect } from 'chai';
import { BEGUN, breakingAfter, resuming, TEXT } from '../../engine/stream/stage.js';
import { chunk, DONE, stream } from '../../scripted-upstream.js';
import { type Case, call, FUNCTION, listOf, sentMessages, TOOL } from './faces.js';

const typesOf = (list: unknown): unknown[] => listOf(list).map(({ type }) => type);
const callFrames = (...deltas: object[]): ReturnType<typeof stream> =>
  stream([...deltas.map((delta) => chunk(delta)), chunk({}, 'tool_calls'), DONE]);

/** The cases about ids, answers, their ends and their usage. */
export const ANSWER_CASES: readonly Case[] = [
  {
    number: 1,
    title: 'no id of a provider leaks',
    run: async (faces) => {
      faces.providers({ reasoning: 'Hm', content: 'Hi', calls: [call('look', {}, 'chatcmpl-tool-1')] });
      const { body } = await faces.responses({ tools: [FUNCTION] });
      expect(body.id).to.match(/^resp_/);
      expect(listOf(body.output).map(({ id }) => String(id).split('_')[0])).to.deep.equal(['rs', 'msg', 'fc']);
      const message = await faces.messages({ tools: [TOOL] });
      expect(message.body.id).to.match(/^msg_/);
      expect(listOf(message.body.content).at(-1)?.id).to.match(/^toolu_/);
      expect(JSON.stringify([body, message.body])).not.to.contain('chatcmpl-foreign');
    },
  },
  {
    number: 2,
    title: 'ids of a streamed call are the same in each event',
    run: async (faces) => {
      faces.providers({ calls: [call('look', {}, 'call_1')] });
      const { events, response } = await faces.streamedResponse({ tools: [FUNCTION] });
      const items = events
        .filter(({ item }) => item !== undefined)
        .map(({ item }) => item as { id: string; call_id: string });
      const ids = [...items, ...listOf(response.output)].map((item) => `${item.id} ${item.call_id}`);
      expect(new Set(ids).size).to.equal(1);
    },
  },
  {
    number: 3,
    title: 'an output belongs to its call by call_id',
    run: async (faces) => {
      faces.providers({ calls: [call('look', {}, 'call_1')] });
      const { body } = await faces.responses({ tools: [FUNCTION] });
      const [item] = listOf(body.output);
      expect(item?.id).not.to.equal(item?.call_id);
      faces.providers({ content: 'Done' });
      const output = { type: 'function_call_output', call_id: item?.call_id, output: 'seen' };
      await faces.responses({ tools: [FUNCTION], input: [{ role: 'user', content: 'Look' }, item, output] });
      const [, assistant, tool] = sentMessages(faces);
      expect(listOf(assistant?.tool_calls)[0]?.id).to.equal(tool?.tool_call_id);
    },
  },
  {
    number: 4,
    title: 'ids that differ only in signs stay apart, and their results find them',
    run: async (faces) => {
      const ids = ['a.b:0', 'a_b_0', 'x+/='];
      faces.providers({ calls: ids.map((id) => call('look', { id }, id)) });
      const { body } = await faces.messages({ tools: [TOOL] });
      const blocks = listOf(body.content);
      expect(new Set(blocks.map(({ id }) => id)).size).to.equal(3);
      const results = blocks.map(({ id, input }) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: `result of ${(input as { id: string }).id}`,
      }));
      await faces.messages({
        tools: [TOOL],
        messages: [
          { role: 'user', content: 'Look' },
          { role: 'assistant', content: blocks },
          { role: 'user', content: results },
        ],
      });
      const messages = sentMessages(faces);
      for (const each of listOf(messages[1]?.tool_calls)) {
        const { id } = JSON.parse(String((each.function as { arguments: string }).arguments));
        expect(messages.find(({ tool_call_id }) => tool_call_id === each.id)?.content).to.equal(`result of ${id}`);
      }
    },
  },
  {
    number: 5,
    title: 'long ids become short ones without a payload',
    run: async (faces) => {
      const id = `call_${'signature+/='.repeat(34)}`;
      faces.providers({ calls: [call('look', {}, id)] });
      const { body } = await faces.responses({ tools: [FUNCTION] });
      expect(String(listOf(body.output)[0]?.call_id))
        .to.have.length.below(41)
        .and.not.contain('signature');
    },
  },
  {
    number: 6,
    title: 'two calls with one id stay apart',
    run: async (faces) => {
      faces.providers({ calls: [call('look', { n: 1 }, 'same'), call('look', { n: 2 }, 'same')] });
      const { body } = await faces.responses({ tools: [FUNCTION] });
      expect(new Set(listOf(body.output).map(({ call_id }) => call_id)).size).to.equal(2);
    },
  },
  {
    number: 8,
    title: 'the answer has a request id of its own',
    run: async (faces) => {
      faces.providers({ content: 'Hi' });
      const { headers, body } = await faces.messages({});
      expect(headers.get('request-id')).to.equal(headers.get('x-request-id'));
      expect(body.type).to.equal('message');
    },
  },
  {
    number: 9,
    title: 'message_start comes first although the first chunk is a tool call',
    run: async (faces) => {
      faces.providers(
        callFrames({
          tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }],
        }),
      );
      const { events } = await faces.streamedMessage({ tools: [TOOL] });
      expect(typesOf(events).slice(0, 2)).to.deep.equal(['message_start', 'content_block_start']);
    },
  },
  {
    number: 10,
    title: 'text, then a call: one block after the other, with indexes 0 and 1',
    run: async (faces) => {
      faces.providers({ content: 'I look.', calls: [call('look')] });
      const { message, events } = await faces.streamedMessage({ tools: [TOOL] });
      expect(typesOf(message.content)).to.deep.equal(['text', 'tool_use']);
      expect(events.filter(({ type }) => type === 'content_block_stop').map(({ index }) => index)).to.deep.equal([
        0, 1,
      ]);
    },
  },
  {
    number: 11,
    title: 'reasoning and text in one chunk are a thinking block and a text block',
    run: async (faces) => {
      faces.providers(stream([chunk({ reasoning_content: 'Hm', content: 'Hi' }), chunk({}, 'stop'), DONE]));
      const { message } = await faces.streamedMessage({ thinking: { type: 'enabled', budget_tokens: 2_000 } });
      expect(typesOf(message.content)).to.deep.equal(['thinking', 'text']);
    },
  },
  {
    number: 12,
    title: 'a call without text has no text block',
    run: async (faces) => {
      faces.providers({ content: '', calls: [call('look')] });
      expect(typesOf((await faces.streamedMessage({ tools: [TOOL] })).message.content)).to.deep.equal(['tool_use']);
      expect(typesOf((await faces.messages({ tools: [TOOL] })).body.content)).to.deep.equal(['tool_use']);
    },
  },
  {
    number: 13,
    title: 'empty thinking beside a call has no thinking block',
    run: async (faces) => {
      faces.providers({ reasoning: '', calls: [call('look')] });
      const { message } = await faces.streamedMessage({ tools: [TOOL], thinking: { type: 'adaptive' } });
      expect(typesOf(message.content)).to.deep.equal(['tool_use']);
    },
  },
  {
    number: 14,
    title: 'the events of a text come in their order',
    run: async (faces) => {
      faces.providers({ content: 'Hello' });
      const { types } = await faces.streamedResponse();
      expect([...new Set(types)]).to.deep.equal([
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.completed',
      ]);
    },
  },
  {
    number: 15,
    title: 'a call is done when the stream ends whole, and never after a cut inside it',
    run: async (faces) => {
      const begun = {
        tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'look', arguments: '{"a"' } }],
      };
      faces.providers(callFrames(begun, { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }));
      const whole = await faces.streamedResponse({ tools: [FUNCTION] });
      expect(whole.types).to.include('response.function_call_arguments.done');
      faces.providers(stream([chunk({ content: 'I look. ' }), chunk(begun)], 'cut'));
      const cut = await faces.streamedResponse({ tools: [FUNCTION] });
      expect(cut.types).not.to.include('response.function_call_arguments.done');
      expect(cut.response.status).to.equal('failed');
    },
  },
  {
    number: 16,
    title: 'the name of a call is in the item that is done',
    run: async (faces) => {
      faces.providers({ calls: [call('look')] });
      const { items } = await faces.streamedResponse({ tools: [FUNCTION] });
      expect(items[0]?.name).to.equal('look');
    },
  },
  {
    number: 17,
    title: 'reasoning, text and two calls are counted without gaps',
    run: async (faces) => {
      faces.providers({ reasoning: 'Hm', content: 'Hi', calls: [call('look', { n: 1 }), call('look', { n: 2 })] });
      const { events, items } = await faces.streamedResponse({ tools: [FUNCTION] });
      expect(typesOf(items)).to.deep.equal(['reasoning', 'message', 'function_call', 'function_call']);
      const added = events.filter(({ type }) => type === 'response.output_item.added');
      expect(added.map(({ output_index }) => output_index)).to.deep.equal([0, 1, 2, 3]);
      expect(events.map(({ sequence_number }) => sequence_number)).to.deep.equal(events.map((_, at) => at));
    },
  },
  {
    number: 18,
    title: 'reasoning is an item of its own before the message',
    run: async (faces) => {
      faces.providers({ reasoning: 'Hm', content: 'Hi' });
      const [reasoning, message] = listOf((await faces.responses({})).body.output);
      expect([reasoning?.type, reasoning?.status, message?.type]).to.deep.equal(['reasoning', 'completed', 'message']);
    },
  },
  {
    number: 19,
    title: 'a call alone is one item',
    run: async (faces) => {
      faces.providers({ calls: [call('look')] });
      expect(listOf((await faces.responses({ tools: [FUNCTION] })).body.output)).to.have.length(1);
    },
  },
  {
    number: 20,
    title: 'the output of the last event is what was streamed',
    run: async (faces) => {
      faces.providers({ reasoning: 'Hm', content: 'Hi', calls: [call('look')] });
      const { items, response } = await faces.streamedResponse({ tools: [FUNCTION] });
      expect(response.output).to.deep.equal(items);
    },
  },
  {
    number: 21,
    title: 'nothing follows response.completed',
    run: async (faces) => {
      faces.providers({ content: 'Hi' });
      expect((await faces.streamedResponse()).types.at(-1)).to.equal('response.completed');
    },
  },
  {
    number: 22,
    title: 'signs of protocols inside text and arguments arrive whole',
    run: async (faces) => {
      const text = 'data: [DONE]\n\n</tool_call> event: error';
      faces.providers({ content: text, calls: [call('look', { text })] });
      const { text: streamed, items } = await faces.streamedResponse({ tools: [FUNCTION] });
      expect([streamed, JSON.parse(String(items.at(-1)?.arguments))]).to.deep.equal([text, { text }]);
    },
  },
  {
    number: 23,
    title: 'arguments in fragments, in one piece or interleaved are the same calls',
    run: async (faces) => {
      const begin = (index: number): object => ({
        index,
        id: `c${index}`,
        type: 'function',
        function: { name: 'look', arguments: '' },
      });
      const part = (index: number, text: string): object => ({ index, function: { arguments: text } });
      const whole = (index: number): object => ({
        ...begin(index),
        function: { name: 'look', arguments: `{"n":${index}}` },
      });
      for (const deltas of [
        [[whole(0), whole(1)]],
        [[begin(0)], [part(0, '{"n"')], [part(0, ':0}')], [begin(1)], [part(1, '{"n":1}')]],
        [
          [begin(0), begin(1)],
          [part(0, '{"n"'), part(1, '{"n"')],
          [part(1, ':1}'), part(0, ':0}')],
        ],
      ]) {
        faces.providers(callFrames(...deltas.map((tool_calls) => ({ tool_calls }))));
        const { items } = await faces.streamedResponse({ tools: [FUNCTION] });
        expect(items.map(({ arguments: text }) => text)).to.deep.equal(['{"n":0}', '{"n":1}']);
      }
    },
  },
  {
    number: 24,
    title: 'calls without an index are the same calls',
    run: async (faces) => {
      const calls = [0, 1].map((n) => ({
        id: `c${n}`,
        type: 'function',
        function: { name: 'look', arguments: `{"n":${n}}` },
      }));
      faces.providers(callFrames(...calls.map((each) => ({ tool_calls: [each] }))));
      const { items } = await faces.streamedResponse({ tools: [FUNCTION] });
      expect(items.map(({ arguments: text }) => text)).to.deep.equal(['{"n":0}', '{"n":1}']);
    },
  },
  {
    number: 25,
    title: 'text in one choice and a call in another are one answer',
    run: async (faces) => {
      const choice = (index: number, delta: object, finish: string | null = null): object => ({
        index,
        delta,
        finish_reason: finish,
      });
      const tool = {
        tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }],
      };
      const frame = (...choices: object[]): string => `data: ${JSON.stringify({ id: 'c', model: 'm', choices })}\n\n`;
      faces.providers(
        stream([
          frame(choice(0, { content: 'I look.' }), choice(1, tool)),
          frame(choice(0, {}, 'stop'), choice(1, {}, 'tool_calls')),
          DONE,
        ]),
      );
      const { items } = await faces.streamedResponse({ tools: [FUNCTION] });
      expect(typesOf(items)).to.deep.equal(['message', 'function_call']);
    },
  },
  {
    number: 26,
    title: 'an answer that is cut is continued once, and nothing is repeated',
    run: async (faces) => {
      faces.providers(breakingAfter(BEGUN), resuming('repeats the last words'));
      const response = await faces.streamedResponse();
      expect([response.text, response.response.status]).to.deep.equal([TEXT, 'completed']);
      faces.providers(breakingAfter(BEGUN), resuming('starts over'));
      const { message } = await faces.streamedMessage();
      expect(message.content.map(({ text }) => text)).to.deep.equal([TEXT]);
    },
  },
  {
    number: 27,
    title: 'an answer with calls stops with tool_use, streamed or not',
    run: async (faces) => {
      faces.providers({ calls: [call('look')] });
      expect((await faces.messages({ tools: [TOOL] })).body.stop_reason).to.equal('tool_use');
      expect((await faces.streamedMessage({ tools: [TOOL] })).message.stop_reason).to.equal('tool_use');
    },
  },
  {
    number: 28,
    title: 'the bound on tokens: max_tokens, and incomplete',
    run: async (faces) => {
      faces.providers({ content: 'Hi', finish: 'length' });
      expect((await faces.streamedMessage()).message.stop_reason).to.equal('max_tokens');
      const { response } = await faces.streamedResponse();
      expect([response.status, response.incomplete_details]).to.deep.equal([
        'incomplete',
        { reason: 'max_output_tokens' },
      ]);
    },
  },
  {
    number: 29,
    title: 'a content filter: refusal, and incomplete',
    run: async (faces) => {
      faces.providers({ content: 'Hi', finish: 'content_filter' });
      expect((await faces.messages({})).body.stop_reason).to.equal('refusal');
      const { body } = await faces.responses({});
      expect([body.status, body.incomplete_details]).to.deep.equal(['incomplete', { reason: 'content_filter' }]);
    },
  },
  {
    number: 30,
    title: 'a refusal is a part of its own, and a text with the reason refusal',
    run: async (faces) => {
      faces.providers({ refusal: 'I will not.' });
      const [item] = listOf((await faces.responses({})).body.output);
      expect(item?.content).to.deep.equal([{ type: 'refusal', refusal: 'I will not.' }]);
      const { body } = await faces.messages({});
      expect([body.stop_reason, listOf(body.content)[0]?.text]).to.deep.equal(['refusal', 'I will not.']);
    },
  },
  {
    number: 31,
    title: 'a stop sequence is named where the provider names it',
    run: async (faces) => {
      faces.providers(
        stream([
          chunk({ content: 'Hi' }),
          chunk({}, 'stop', { choices: [{ index: 0, delta: {}, finish_reason: 'stop', stop_reason: 'END' }] }),
          DONE,
        ]),
      );
      const named = (await faces.streamedMessage({ stop_sequences: ['END'] })).message;
      expect([named.stop_reason, named.stop_sequence]).to.deep.equal(['stop_sequence', 'END']);
      faces.providers({ content: 'Hi' });
      const { message } = await faces.streamedMessage({ stop_sequences: ['END'] });
      expect([message.stop_reason, message.stop_sequence]).to.deep.equal(['end_turn', null]);
    },
  },
  {
    number: 32,
    title: 'a provider that fails in the middle, without another: an error of the protocol',
    run: async (faces) => {
      faces.providers(breakingAfter(BEGUN));
      const { types, response } = await faces.streamedResponse();
      expect([types.slice(-2), response.status]).to.deep.equal([['error', 'response.failed'], 'failed']);
      faces.providers(breakingAfter(BEGUN));
      const { error, events } = await faces.streamedMessage({}, false);
      expect([error?.type, events.at(-1)?.type]).to.deep.equal(['overloaded_error', 'error']);
    },
  },
];
