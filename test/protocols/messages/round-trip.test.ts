import { expect } from 'chai';
import fc from 'fast-check';
import type { AnswerOptions } from '../../../src/protocols/messages/message-writer.js';
import { MessageWriter } from '../../../src/protocols/messages/message-writer.js';
import { readRequest } from '../../../src/protocols/messages/read-request.js';
import { expectChatBody } from './chat-body.js';
import { readMessage } from './event-grammar.js';

type Fields = Record<string, unknown>;

const text = fc
  .string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'B', ' ', '\n', '"', '{', 'ä', '🌊', 'Error') })
  .map((each) => `t${each}`);
const input = fc.dictionary(
  fc.constantFrom('path', 'n', 'ä'),
  fc.oneof(text, fc.integer(), fc.constant(null), fc.array(text, { maxLength: 2 })),
);
const image = fc.constantFrom(
  { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
  { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
);

interface Turn {
  readonly asked: string;
  readonly images: readonly Fields[];
  readonly said: string | undefined;
  readonly calls: readonly { readonly input: Fields; readonly result: string }[];
}

const turn: fc.Arbitrary<Turn> = fc.record({
  asked: text,
  images: fc.array(image, { maxLength: 2 }),
  said: fc.option(text, { nil: undefined }),
  calls: fc.array(fc.record({ input, result: text }), { maxLength: 3 }),
});

/** A conversation as chat completions have it. */
const chatOf = (system: string | undefined, turns: readonly Turn[]): Fields[] => [
  ...(system === undefined ? [] : [{ role: 'system', content: system }]),
  ...turns.flatMap(({ asked, images, said, calls }, at): Fields[] => [
    { role: 'user', content: images.length === 0 ? asked : [...images, { type: 'text', text: asked }] },
    {
      role: 'assistant',
      content: said ?? (calls.length === 0 ? 'nothing' : null),
      ...(calls.length === 0
        ? {}
        : {
            tool_calls: calls.map((call, index) => ({
              id: `call_${at}_${index}`,
              type: 'function',
              function: { name: 'read', arguments: JSON.stringify(call.input) },
            })),
          }),
    },
    ...calls.map(({ result }, index) => ({ role: 'tool', tool_call_id: `call_${at}_${index}`, content: result })),
  ]),
  { role: 'user', content: 'end' },
];

const blockOf = (part: Fields): Fields => {
  if (part.type === 'text') return part;
  const { url } = part.image_url as { url: string };
  const [, type, data] = /^data:(.*);base64,(.*)$/.exec(url) ?? [];
  return {
    type: 'image',
    source: type === undefined ? { type: 'url', url } : { type: 'base64', media_type: type, data },
  };
};

const blocksOf = (content: unknown): Fields[] => {
  if (content === null) return [];
  return typeof content === 'string' ? [{ type: 'text', text: content }] : (content as Fields[]).map(blockOf);
};

/** The same conversation as a client of Anthropic sends it. */
const messagesOf = (chat: readonly Fields[]): Fields => {
  const messages: { role: string; content: Fields[] }[] = [];
  const add = (role: string, blocks: Fields[]): void => {
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else messages.push({ role, content: blocks });
  };
  for (const { role, content, tool_calls: calls = [], tool_call_id: id } of chat) {
    if (role === 'tool') add('user', [{ type: 'tool_result', tool_use_id: id, content }]);
    else if (role !== 'system') {
      const uses = (calls as { id: string; function: { name: string; arguments: string } }[]).map((call) => ({
        type: 'tool_use',
        id: call.id,
        name: call.function.name,
        input: JSON.parse(call.function.arguments),
      }));
      add(String(role), [...blocksOf(content), ...uses]);
    }
  }
  const system = chat.find(({ role }) => role === 'system')?.content;
  return { model: 'm', messages, ...(system === undefined ? {} : { system }) };
};

const writer = (options: Partial<AnswerOptions> = {}): MessageWriter =>
  new MessageWriter({
    requestId: 'r',
    model: 'm',
    showsThinking: true,
    stops: [],
    inputTokens: () => 1,
    outputTokens: () => 1,
    toolName: (name) => name,
    remember: () => {},
    ...options,
  });

const answerArbitrary = fc.record({
  reasoning: fc.option(text, { nil: undefined }),
  said: fc.option(text, { nil: undefined }),
  calls: fc.array(input, { maxLength: 3 }),
});

const callsOf = (inputs: readonly Fields[]): Fields[] =>
  inputs.map((each, index) => ({
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name: 'read', arguments: JSON.stringify(each) },
  }));

const withoutIds = (content: unknown): unknown => (content as Fields[]).map(({ id: _, ...block }) => block);

describe('Chat completions and Messages', () => {
  it('keep a conversation as it is, there and back', () => {
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), fc.array(turn, { maxLength: 4 }), (system, turns) => {
        const chat = chatOf(system, turns);
        const { body } = readRequest(messagesOf(chat));
        expect(body.messages).to.deep.equal(chat);
        expectChatBody(body);
      }),
      { numRuns: 150 },
    );
  });

  it('write the same answer in pieces and whole, and read it back', () => {
    fc.assert(
      fc.property(
        answerArbitrary,
        fc.array(fc.nat({ max: 5 }), { maxLength: 6 }),
        ({ reasoning, said, calls }, cuts) => {
          const streamed = writer();
          let events = '';
          const take = (delta: Fields, reason: string | null = null): void => {
            events += streamed.take({ model: 'a-model', choices: [{ index: 0, delta, finish_reason: reason }] });
          };
          for (const piece of piecesOf(reasoning ?? '', cuts)) take({ reasoning: piece });
          for (const piece of piecesOf(said ?? '', cuts)) take({ content: piece });
          if (calls.length > 0) take({ tool_calls: callsOf(calls) });
          take({}, calls.length > 0 ? 'tool_calls' : 'stop');
          events += streamed.end();
          const { message } = readMessage(events);

          const whole = writer();
          const said2 = {
            content: said ?? null,
            reasoning,
            ...(calls.length > 0 ? { tool_calls: callsOf(calls) } : {}),
          };
          const reason = calls.length > 0 ? 'tool_calls' : 'stop';
          whole.take({ model: 'a-model', choices: [{ index: 0, message: said2, finish_reason: reason }] });
          whole.end();
          const { id: _, ...rest } = whole.whole();
          const { id: __, ...read } = message;
          expect({ ...read, content: withoutIds(read.content) }).to.deep.equal({
            ...rest,
            content: withoutIds(rest.content),
          });

          const history = [
            { role: 'user', content: 'a' },
            { role: 'assistant', content: message.content },
          ];
          const [, back] = readRequest({ messages: history }).body.messages as Fields[];
          if (said === undefined && calls.length === 0) return;
          expect(back?.content).to.equal(said ?? null);
          const inputs = ((back?.tool_calls ?? []) as { function: { arguments: string } }[]).map((call) =>
            JSON.parse(call.function.arguments),
          );
          expect(inputs).to.deep.equal(calls.map((each) => JSON.parse(JSON.stringify(each))));
        },
      ),
      { numRuns: 150 },
    );
  });
});

const piecesOf = (whole: string, cuts: readonly number[]): string[] => {
  const characters = [...whole];
  const pieces = cuts.map((length) => characters.splice(0, length).join(''));
  return [...pieces, characters.join('')].filter((piece) => piece !== '');
};
