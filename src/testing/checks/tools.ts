import type { AnswerContent } from '../api-shape.js';
import { type Fields, must } from '../bench.js';
import { type AssembledCall, StreamReader } from '../stream-reader.js';
import { type Check, choiceOf, messageOf, same, sends } from './check.js';

const CALL = { id: 'call_1', name: 'read_compass', arguments: { deck: 'upper', times: 2 } };
const TOOL_CALL_ANSWER: AnswerContent = { pieces: [], call: CALL, usage: { input: 30, output: 9 } };
const TEXT_ANSWER: AnswerContent = { pieces: ['Noted.'], usage: { input: 40, output: 2 } };
const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'read_compass',
      description: 'Reads the compass on one deck.',
      parameters: { type: 'object', properties: { deck: { type: 'string' }, times: { type: 'integer' } } },
    },
  },
];
const RESULT = 'the needle shows 271 degrees';
const MESSAGES = [{ role: 'user', content: 'Read the compass.' }];

const checkCall = ({ id, name, arguments: text }: AssembledCall): void => {
  must(id !== '', 'The tool call has no id: its result could not be sent back.');
  same('The name of the function', name, CALL.name);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    must(false, `The arguments are not valid JSON: ${text}`);
  }
  same('The arguments', parsed, CALL.arguments);
};

export const TOOL_CALLS: readonly Check[] = [
  {
    name: 'sends the tools',
    run: async (bench) => {
      bench.upstream.always(bench.answers(TEXT_ANSWER));
      choiceOf(await bench.ask({ model: 'alone', messages: MESSAGES, tools: TOOLS }));
      sends(bench, 'the name of the tool', CALL.name);
      sends(bench, 'the description of the tool', 'Reads the compass on one deck.');
      sends(bench, 'the parameters of the tool', '"times"');
    },
  },
  {
    name: 'returns a tool call',
    run: async (bench) => {
      bench.upstream.always(bench.answers(TOOL_CALL_ANSWER));
      const answered = await bench.ask({ model: 'alone', messages: MESSAGES, tools: TOOLS });
      const [call] = (messageOf(answered).tool_calls ?? []) as { id?: string; function?: Fields }[];
      must(call !== undefined, `The message has no tool_calls: ${answered.text.slice(0, 300)}`);
      const { name, arguments: text } = (call.function ?? {}) as Partial<AssembledCall>;
      checkCall({ id: call.id ?? '', name: name ?? '', arguments: text ?? '' });
      same('choices[0].finish_reason', choiceOf(answered).finish_reason, 'tool_calls');
    },
  },
  {
    name: 'relays a streamed tool call',
    run: async (bench) => {
      bench.upstream.always(bench.answers(TOOL_CALL_ANSWER, { streamed: true }));
      const body = { model: 'alone', stream: true, messages: MESSAGES, tools: TOOLS };
      const { calls, finish } = await new StreamReader(await bench.fetch(body)).read();
      must(calls[0] !== undefined, 'No chunk has a tool call.');
      checkCall(calls[0]);
      same('The last finish_reason', finish, 'tool_calls');
    },
  },
  {
    name: 'sends the result of a tool',
    run: async (bench) => {
      bench.upstream.always(bench.answers(TEXT_ANSWER));
      const called = { name: CALL.name, arguments: JSON.stringify(CALL.arguments) };
      const messages = [
        ...MESSAGES,
        { role: 'assistant', content: null, tool_calls: [{ id: CALL.id, type: 'function', function: called }] },
        { role: 'tool', tool_call_id: CALL.id, content: RESULT },
      ];
      choiceOf(await bench.ask({ model: 'alone', messages, tools: TOOLS }));
      sends(bench, 'the call that the model made', 'upper');
      sends(bench, 'the id of the call', CALL.id);
      sends(bench, 'the result of the tool', RESULT);
    },
  },
];
