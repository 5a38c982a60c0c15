import { expect } from 'chai';
import fc from 'fast-check';
import { arrangeConversation, conversationRulesOf } from '../../../src/engine/attempt/conversation/arrange.js';
import type { ConversationRules } from '../../../src/plugin/door/conversation.js';
import type { Fields } from '../../../src/plugin/fields.js';

const user = (content: unknown): Fields => ({ role: 'user', content });
const system = (content: unknown): Fields => ({ role: 'system', content });
const says = (content: unknown, more: Fields = {}): Fields => ({ role: 'assistant', content, ...more });
const call = (id: unknown, more: Fields = {}): Fields => ({
  ...(id === undefined ? {} : { id }),
  type: 'function',
  function: { name: 'f', arguments: '{}' },
  ...more,
});
const calls = (...ids: unknown[]): Fields => says(null, { tool_calls: ids.map((id) => call(id)) });
const result = (id: unknown, content = 'x'): Fields => ({ role: 'tool', tool_call_id: id, content });

const arranged = (rules: ConversationRules, messages: readonly Fields[]): readonly Fields[] =>
  arrangeConversation({ messages }, rules).body.messages as readonly Fields[];

const NINE: ConversationRules = { toolCallIds: { pattern: /^[a-zA-Z0-9]{9}$/, length: 9 } };
const DEFAULT = conversationRulesOf({}, 'a-model');

const callIds = (messages: readonly Fields[]): unknown[] =>
  messages.flatMap(({ tool_calls: list = [] }) => (list as Fields[]).map(({ id }) => id));
const resultIds = (messages: readonly Fields[]): unknown[] =>
  messages.filter(({ role }) => role === 'tool').map(({ tool_call_id: id }) => id);

describe('Ids of tool calls', () => {
  const turn = (...ids: string[]): Fields[] => [calls(...ids), ...ids.map((id) => result(id, `of ${id}`))];

  it('stay where the target takes them', () => {
    const body = { messages: [user('a'), ...turn('call_abc', 'toolu_01')] };
    expect(arrangeConversation(body, DEFAULT)).to.deep.equal({ body, changes: [] });
    expect(arrangeConversation(body, DEFAULT).body).to.equal(body);
  });

  it('become nine letters or digits for Mistral, in the call and in its result alike', () => {
    const messages = arranged(NINE, [user('a'), ...turn('call_abc', 'abcDEF123', 'x+/='), says('z')]);
    for (const id of callIds(messages)) expect(id).to.match(/^[a-zA-Z0-9]{9}$/);
    expect(callIds(messages)[1]).to.equal('abcDEF123');
    expect(resultIds(messages)).to.deep.equal(callIds(messages));
  });

  it('are the same in every request of a conversation', () => {
    const first = arranged(NINE, turn('call_a', 'functions.x:0'));
    const later = arranged(NINE, [...turn('call_a', 'functions.x:0'), user('b'), ...turn('functions.x:0')]);
    expect(callIds(later).slice(0, 2)).to.deep.equal(callIds(first));
  });

  it('are unique by turn, and a result belongs to the nearest call before it', () => {
    const messages = arranged(DEFAULT, [...turn('functions.x:0'), user('b'), ...turn('functions.x:0')]);
    const [one, two] = callIds(messages);
    expect(one)
      .to.match(/^call_\w{24}$/)
      .and.not.to.equal(two);
    expect(resultIds(messages)).to.deep.equal([one, two]);
  });

  it('are unique in a turn where a provider repeated or left them out', () => {
    for (const id of ['', 'same', undefined]) {
      const messages = arranged(DEFAULT, [calls(id, id), result(id, 'one'), result(id, 'two')]);
      const ids = callIds(messages);
      expect(new Set(ids).size).to.equal(2);
      expect(resultIds(messages)).to.deep.equal(ids);
    }
  });

  it('of Kimi stay as its models make them, if the type says so', () => {
    const rules: ConversationRules = {
      toolCallIds: { pattern: /^functions\.\w+:\d+$/, prefix: 'call_', length: 24 },
    };
    const messages = [...turn('functions.x:0', 'functions.y:1')];
    expect(arranged(rules, messages)).to.equal(messages);
  });

  it('leave requests without calls alone', () => {
    const messages = [user('a'), says('b'), user('c')];
    expect(arranged(DEFAULT, messages)).to.equal(messages);
  });

  it('are injective, and pairs stay pairs', () => {
    const id = fc.oneof(fc.constantFrom('a.b:0', 'a_b_0', 'a-b/0', '', 'functions.x:0', 'abcDEF123'), fc.string());
    const turns = fc.array(fc.uniqueArray(id, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(turns, fc.constantFrom(NINE, DEFAULT), fc.boolean(), (given, rules, reversed) => {
        const messages = given.flatMap((ids) => {
          const results = ids.map((each, index) => result(each, String(index)));
          return [calls(...ids), ...(reversed ? results.reverse() : results)];
        });
        const next = arranged(rules, messages);
        const ids = callIds(next);
        expect(new Set(ids).size).to.equal(ids.length);
        for (const each of ids) expect(each).to.match(rules.toolCallIds?.pattern as RegExp);
        let open: Fields[] = [];
        for (const { role, tool_calls: list, tool_call_id: answered, content } of next) {
          if (list !== undefined) open = list as Fields[];
          if (role === 'tool') expect(open[Number(content)]?.id).to.equal(answered);
        }
      }),
      { numRuns: 60 },
    );
  });
});

const SIGNATURE: Fields = { extra_content: { google: { thought_signature: 'real' } } };
const DUMMY: Fields = { extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } } };
const GEMINI: ConversationRules = { callFields: { fields: ['extra_content'], placeholder: DUMMY } };
const FIRST: ConversationRules = { system: 'first' };
const image: Fields = { type: 'image_url', image_url: { url: 'https://x' } };
const text = (value: string): Fields => ({ type: 'text', text: value });

interface Row {
  readonly it: string;
  readonly rules: ConversationRules;
  readonly given: readonly Fields[];
  /** Absent: the messages stay. */
  readonly sent?: readonly Fields[];
}

const ROWS: readonly Row[] = [
  {
    it: 'keeps a signature for the provider that made it, and adds a dummy to calls of others',
    rules: GEMINI,
    given: [
      says(null, { tool_calls: [call('1', SIGNATURE), call('2')] }),
      says(null, { tool_calls: [call('3'), call('4')] }),
    ],
    sent: [
      says(null, { tool_calls: [call('1', SIGNATURE), call('2')] }),
      says(null, { tool_calls: [call('3', DUMMY), call('4')] }),
    ],
  },
  {
    it: 'drops what a provider put on calls and on messages for a type that keeps nothing',
    rules: { callFields: { fields: [] } },
    given: [says('a', { ...SIGNATURE, tool_calls: [call('1', { ...SIGNATURE, index: 0 })] }), says('b', SIGNATURE)],
    sent: [says('a', { tool_calls: [call('1', { index: 0 })] }), says('b')],
  },
  {
    it: 'sends what a provider put on calls where nothing is stated',
    rules: DEFAULT,
    given: [says(null, { tool_calls: [call('1', SIGNATURE)] })],
  },
  {
    it: 'drops reasoning where nothing is stated',
    rules: DEFAULT,
    given: [
      says('a', { reasoning_content: 'r' }),
      says('b', { reasoning: 'r', reasoning_details: [{ type: 'reasoning.text' }] }),
      says([{ type: 'thinking', thinking: [] }, text('c')]),
      says([{ type: 'thinking', thinking: [] }]),
      user('reasoning'),
    ],
    sent: [says('a'), says('b'), says([text('c')]), says(''), user('reasoning')],
  },
  {
    it: 'moves the reasoning into the field that the target wants, and fills it for calls without',
    rules: { reasoning: { fields: ['reasoning_content'], placeholder: ' ' } },
    given: [
      says('a', { reasoning: 'r', reasoning_details: [] }),
      says('b', { reasoning_content: 'own', reasoning: 'other' }),
      calls('1'),
      says('c'),
    ],
    sent: [
      says('a', { reasoning_content: 'r' }),
      says('b', { reasoning_content: 'own' }),
      { ...calls('1'), reasoning_content: ' ' },
      says('c'),
    ],
  },
  {
    it: 'keeps the details of reasoning for a target that wants them',
    rules: { reasoning: { fields: ['reasoning', 'reasoning_details', 'thinking'] } },
    given: [says([{ type: 'thinking' }], { reasoning: 'r', reasoning_details: [{ type: 'x' }] })],
  },
  {
    it: 'leaves one system message at the top',
    rules: FIRST,
    given: [system('s'), user('a')],
  },
  {
    it: 'joins late system messages at the top, in their order',
    rules: FIRST,
    given: [
      system('one'),
      user('a'),
      { role: 'developer', content: [text('two'), text('three')] },
      says('b'),
      system(''),
    ],
    sent: [system('one\n\ntwo\n\nthree'), user('a'), says('b')],
  },
  {
    it: 'moves a system message that comes after the user to the top',
    rules: FIRST,
    given: [user('a'), system('s')],
    sent: [system('s'), user('a')],
  },
  {
    it: 'puts system messages into the first user message',
    rules: { system: 'user' },
    given: [system('s'), user([image]), says('b'), system('t')],
    sent: [user([text('s\n\nt'), image]), says('b')],
  },
  {
    it: 'puts system messages into a user message of their own before an answer',
    rules: { system: 'user' },
    given: [system('s'), says('b'), user('c')],
    sent: [user('s'), says('b'), user('c')],
  },
  {
    it: 'joins neighbours, and leaves results and calls alone',
    rules: { joinNeighbours: true },
    given: [user('a'), user('b'), says('c'), calls('1', '2'), result('1'), result('2'), says('d')],
    sent: [user('a\n\nb'), { ...calls('1', '2'), content: 'c' }, result('1'), result('2'), says('d')],
  },
  {
    it: 'puts an answer between the result of a tool and the user',
    rules: { answerAfterTools: true },
    given: [calls('1'), result('1'), user('b'), says('c'), user('d')],
    sent: [calls('1'), result('1'), says('OK.'), user('b'), says('c'), user('d')],
  },
  {
    it: 'marks a last message of the assistant',
    rules: { lastAssistant: { prefix: true } },
    given: [says('a'), user('b'), says('c')],
    sent: [says('a'), user('b'), says('c', { prefix: true })],
  },
  {
    it: 'does not mark a last message that the caller marked',
    rules: { lastAssistant: { prefix: true } },
    given: [user('b'), says('c', { prefix: false })],
  },
];

describe('Earlier messages', () => {
  for (const { it: title, rules, given, sent } of ROWS) {
    it(title, () => {
      const body = { messages: given };
      const next = arrangeConversation(body, rules);
      if (sent === undefined) expect(next.body).to.equal(body);
      else expect(next.body.messages).to.deep.equal(sent);
      expect(next.changes).to.have.length(sent === undefined ? 0 : 1);
      expect(arrangeConversation(next.body, rules).body).to.equal(next.body);
    });
  }

  it('leave a body alone that is no conversation', () => {
    for (const body of [{}, { messages: 'text' }, { messages: [null, 5] }]) {
      expect(arrangeConversation(body, { ...DEFAULT, ...FIRST, plainSchemas: true }).body).to.equal(body);
    }
  });

  it('follow the rules for the model, and later rules before earlier ones', () => {
    const conversation = [
      FIRST,
      { model: /small/, system: 'user' as const },
      { model: /large/, joinNeighbours: true as const },
    ];
    expect(conversationRulesOf({ conversation }, 'small-1')).to.include({ system: 'user' });
    expect(conversationRulesOf({ conversation }, 'large-1')).to.include({ system: 'first', joinNeighbours: true });
    expect(conversationRulesOf({ prefill: { message: { prefix: true } } }, 'x').lastAssistant).to.deep.equal({
      prefix: true,
    });
  });
});
