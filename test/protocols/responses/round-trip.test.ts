import { expect } from 'chai';
import fc from 'fast-check';
import type { ProtocolCall } from '../../../src/plugin/door/protocol.js';
import { AnswerMemory } from '../../../src/protocols/memory.js';
import { responses } from '../../../src/protocols/responses/index.js';
import { checkResponse, checkStream } from './event-grammar.js';

type Json = Record<string, unknown>;

const call = { keyLabel: 'a', at: 1_000_000, requestId: 'r', countTokens: () => 1 } as unknown as ProtocolCall;
const protocol = responses(new AnswerMemory());

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const args = fc
  .dictionary(fc.string({ maxLength: 5 }), fc.jsonValue(), { maxKeys: 3 })
  .map((each) => JSON.stringify(each));
const image = fc.record({
  type: fc.constant('image_url'),
  image_url: fc.record(
    { url: fc.constant('data:image/png;base64,AAAA'), detail: fc.constantFrom('low', 'high', 'auto') },
    { requiredKeys: ['url'] },
  ),
});
const textPart = text.map((each) => ({ type: 'text', text: each }));
/** Text parts alone would become one text. */
const content = fc.oneof(
  text,
  fc.tuple(textPart, image).map((parts): Json[] => parts),
);

/** A turn: the user asks, the assistant may call tools and get results, and answers. */
const turn = fc.record({
  asks: content,
  says: fc.option(text),
  calls: fc.array(fc.record({ name, arguments: args, result: text }), { maxLength: 3 }),
  answers: text,
});

interface Turn {
  readonly asks: unknown;
  readonly says: string | null;
  readonly calls: readonly { readonly name: string; readonly arguments: string; readonly result: string }[];
  readonly answers: string;
}

const messagesOf = (turns: readonly Turn[], instructions: string | null): Json[] => [
  ...(instructions === null ? [] : [{ role: 'system', content: instructions }]),
  ...turns.flatMap(({ asks, says, calls, answers }, at): Json[] => [
    { role: 'user', content: asks },
    ...(calls.length === 0
      ? []
      : [
          {
            role: 'assistant',
            content: says,
            tool_calls: calls.map((each, index) => ({
              id: `call_${at}_${index}`,
              type: 'function',
              function: { name: each.name, arguments: each.arguments },
            })),
          },
          ...calls.map(({ result }, index) => ({ role: 'tool', tool_call_id: `call_${at}_${index}`, content: result })),
        ]),
    { role: 'assistant', content: answers },
  ]),
];

/** The items of the Responses API that say the same. */
const itemsOf = (messages: readonly Json[]): Json[] =>
  messages.flatMap((message): Json[] => {
    if (message.role === 'tool') {
      return [{ type: 'function_call_output', call_id: message.tool_call_id, output: message.content }];
    }
    const calls = (message.tool_calls ?? []) as { id: string; function: Json }[];
    const said = message.content === null ? [] : [{ role: message.role, content: partsOf(message.content) }];
    return [...said, ...calls.map(({ id, function: called }) => ({ type: 'function_call', call_id: id, ...called }))];
  });

const partsOf = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((part: Json) =>
        part.type === 'text'
          ? { type: 'input_text', text: part.text }
          : { type: 'input_image', image_url: (part.image_url as Json).url, detail: (part.image_url as Json).detail },
      )
    : value;

describe('A conversation that goes from chat to the Responses API and back', () => {
  it('is the same', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 3 }), fc.option(text), (turns, instructions) => {
        const messages = messagesOf(turns, instructions);
        const input = itemsOf(messages.filter(({ role }) => role !== 'system'));
        const { body } = protocol.read({ model: 'm', instructions, input }, call);
        expect(body).to.deep.equal({ model: 'm', messages });
      }),
      { numRuns: 100 },
    );
  });

  it('is the same when the answers themselves are sent back', () => {
    const answer = fc.record({
      reasoning: fc.option(text),
      content: fc.option(text.filter((each) => each.trim() !== '')),
      calls: fc.array(fc.record({ id: fc.string({ maxLength: 60 }), name, arguments: args }), { maxLength: 3 }),
      cuts: fc.array(fc.nat(30), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(answer, ({ reasoning, content: said, calls, cuts }) => {
        const { answer: begin } = protocol.read({ model: 'm', input: 'Hi' }, call);
        const tool_calls = calls.map(({ id, ...called }, index) => ({ index, id, type: 'function', function: called }));
        const finish_reason = calls.length > 0 ? 'tool_calls' : 'stop';
        const whole = begin?.();
        whole?.take({ choices: [{ message: { reasoning, content: said, tool_calls }, finish_reason }] });
        whole?.end();
        const response = whole?.whole() as { status: string; output: Json[] };
        checkResponse(response as unknown as Json, response.status);
        const streamed = begin?.();
        const deltas: Json[] = [
          ...piecesAt(reasoning ?? '', cuts).map((each) => ({ reasoning: each })),
          ...piecesAt(said ?? '', cuts).map((each) => ({ content: each })),
          ...(calls.length === 0 ? [] : [{ tool_calls }]),
        ];
        let events = '';
        for (const delta of deltas) events += streamed?.take({ choices: [{ index: 0, delta }] }) ?? '';
        events += streamed?.take({ choices: [{ index: 0, delta: {}, finish_reason }] }) ?? '';
        events += streamed?.end() ?? '';
        expect(withoutIds(checkStream(events).items)).to.deep.equal(withoutIds(response.output));
        if (said === null && calls.length === 0) return;
        const { body } = protocol.read({ input: [{ role: 'user', content: 'Hi' }, ...response.output] }, call);
        const [, assistant] = body.messages as Json[];
        expect(assistant?.content).to.equal(said);
        const sent = (assistant?.tool_calls ?? []) as { id: string; function: Json }[];
        expect(sent.map(({ function: called }) => called)).to.deep.equal(
          tool_calls.map(({ function: called }) => called),
        );
        expect(new Set(sent.map(({ id }) => id)).size).to.equal(calls.length);
      }),
      { numRuns: 100 },
    );
  });
});

const piecesAt = (value: string, cuts: readonly number[]): string[] => {
  const places = [0, ...[...cuts].sort((a, b) => a - b), value.length];
  return places.slice(1).map((to, index) => value.slice(places[index], to));
};

/** Ids of items are new in each answer; so are those of calls that the provider did not name well. */
const withoutIds = (items: readonly Json[]): Json[] => items.map(({ id: _, call_id: __, ...item }) => item);
