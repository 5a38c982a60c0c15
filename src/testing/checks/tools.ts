import type { Said } from '../api-shape.js';
import { type Fields, must } from '../bench.js';
import { type ReadCall, StreamReader } from '../stream-reader.js';
import { type Check, choiceOf, messageOf, same, sends } from './check.js';

const CALL = { id: 'call_1', name: 'read_compass', arguments: { deck: 'upper', times: 2 } };
const CALLING: Said = { pieces: [], call: CALL, usage: { input: 30, output: 9 } };
const HELD: Said = { pieces: ['Noted.'], usage: { input: 40, output: 2 } };
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
const ASKED = [{ role: 'user', content: 'Read the compass.' }];

const checkCall = ({ id, name, arguments: text }: ReadCall): void => {
  must(id !== '', 'The tool call has no id: its result could not be told.');
  same('The name of the function', name, CALL.name);
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    must(false, `The arguments are no JSON: ${text}`);
  }
  same('The arguments', told, CALL.arguments);
};

export const TOOL_CALLS: readonly Check[] = [
  {
    name: 'offers tools to the model',
    run: async (bench) => {
      bench.upstream.always(bench.says(HELD));
      choiceOf(await bench.ask({ model: 'alone', messages: ASKED, tools: TOOLS }));
      sends(bench, 'the name of the tool', CALL.name);
      sends(bench, 'what the tool is for', 'Reads the compass on one deck.');
      sends(bench, 'the parameters of the tool', '"times"');
    },
  },
  {
    name: 'hands on a tool call',
    run: async (bench) => {
      bench.upstream.always(bench.says(CALLING));
      const answered = await bench.ask({ model: 'alone', messages: ASKED, tools: TOOLS });
      const [call] = (messageOf(answered).tool_calls ?? []) as { id?: string; function?: Fields }[];
      must(call !== undefined, `The message has no tool_calls: ${answered.text.slice(0, 300)}`);
      const { name, arguments: text } = (call.function ?? {}) as Partial<ReadCall>;
      checkCall({ id: call.id ?? '', name: name ?? '', arguments: text ?? '' });
      same('choices[0].finish_reason', choiceOf(answered).finish_reason, 'tool_calls');
    },
  },
  {
    name: 'hands on a tool call that is streamed',
    run: async (bench) => {
      bench.upstream.always(bench.says(CALLING, { streamed: true }));
      const body = { model: 'alone', stream: true, messages: ASKED, tools: TOOLS };
      const { calls, finish } = await new StreamReader(await bench.fetch(body)).read();
      must(calls[0] !== undefined, 'No chunk has a tool call.');
      checkCall(calls[0]);
      same('The last finish_reason', finish, 'tool_calls');
    },
  },
  {
    name: 'tells the model what a tool said',
    run: async (bench) => {
      bench.upstream.always(bench.says(HELD));
      const called = { name: CALL.name, arguments: JSON.stringify(CALL.arguments) };
      const messages = [
        ...ASKED,
        { role: 'assistant', content: null, tool_calls: [{ id: CALL.id, type: 'function', function: called }] },
        { role: 'tool', tool_call_id: CALL.id, content: RESULT },
      ];
      choiceOf(await bench.ask({ model: 'alone', messages, tools: TOOLS }));
      sends(bench, 'the call that the model made', 'upper');
      sends(bench, 'the id of the call', CALL.id);
      sends(bench, 'what the tool said', RESULT);
    },
  },
];
