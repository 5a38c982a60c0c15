import { expect } from 'chai';
import fc from 'fast-check';
import { outwardIds } from '../../../src/protocols/conversation/outward-ids.js';
import { argumentsObject, argumentsText } from '../../../src/protocols/conversation/tool-arguments.js';
import { ToolNames, withSafeToolNames } from '../../../src/protocols/conversation/tool-names.js';
import { toolSchema } from '../../../src/protocols/conversation/tool-schemas.js';

const CALL = /^call_[A-Za-z0-9]{24}$/;
const TOOLU = /^toolu_[A-Za-z0-9]{24}$/;

describe('outwardIds', () => {
  const KEPT = ['call_abc', 'abcDEF123', 'a-b_0', 'x'.repeat(40)];
  for (const id of KEPT) {
    it(`keeps ${id}`, () => {
      expect(outwardIds('call_', 'answer')(id)).to.equal(id);
    });
  }

  const REPLACED = [
    'a.b:0',
    'x+/=',
    'functions.x:0',
    '',
    undefined,
    'y'.repeat(41),
    'z'.repeat(400),
    'ü',
    'a b',
    'a\n',
  ];
  for (const id of REPLACED) {
    it(`replaces ${JSON.stringify(id)?.slice(0, 20)}`, () => {
      expect(outwardIds('call_', 'answer')(id)).to.match(CALL);
    });
  }

  it('gives every call of Messages its prefix', () => {
    const idOf = outwardIds('toolu_', 'answer');
    expect(idOf('call_abc')).to.match(TOOLU);
    expect(idOf('toolu_01abc')).to.equal('toolu_01abc');
    expect(idOf('toolu_01abc')).to.match(TOOLU);
  });

  it('gives the same ids for the same answer, and others for another', () => {
    const [first, again, other] = ['one', 'one', 'two'].map((answer) => outwardIds('call_', answer)('functions.x:0'));
    expect(again).to.equal(first);
    expect(other).to.not.equal(first);
  });

  it('never gives one id to two calls', () => {
    const id = fc.oneof(fc.constantFrom('a.b:0', 'a_b_0', 'a-b/0', 'x+/=', '', 'functions.x:0'), fc.string());
    fc.assert(
      fc.property(fc.array(id), fc.constantFrom('call_' as const, 'toolu_' as const), (ids, prefix) => {
        const idOf = outwardIds(prefix, 'answer');
        expect(new Set(ids.map(idOf)).size).to.equal(ids.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('ToolNames', () => {
  const MCP = `mcp__some-server__${'n'.repeat(61)}`;

  it('keeps names that providers take', () => {
    const names = new ToolNames();
    expect(names.outgoing('get_weather')).to.equal('get_weather');
    expect(names.toCaller('get_weather')).to.deep.equal({ name: 'get_weather' });
  });

  for (const name of [MCP, 'a.b', 'a/b', 'ärger', '工具', '', 'with space', 'x'.repeat(65)]) {
    it(`makes ${JSON.stringify(name.slice(0, 20))} safe, and knows it again`, () => {
      const names = new ToolNames();
      const safe = names.outgoing(name);
      expect(safe).to.match(/^[A-Za-z0-9_-]{0,50}_[A-Za-z0-9]{8}$/);
      expect(names.outgoing(name)).to.equal(safe);
      expect(new ToolNames().outgoing(name)).to.equal(safe);
      expect(names.toCaller(safe)).to.deep.equal({ name });
    });
  }

  it('makes namespaces part of the name', () => {
    const names = new ToolNames();
    expect(names.outgoing('spawn', 'agents')).to.equal('agents__spawn');
    expect(names.toCaller('agents__spawn')).to.deep.equal({ name: 'spawn', namespace: 'agents' });
    const plain = names.outgoing('agents__spawn');
    expect(plain).to.match(/^agents__spawn_[A-Za-z0-9]{8}$/);
    expect(names.toCaller(plain)).to.deep.equal({ name: 'agents__spawn' });
  });

  it('leaves a name that the model made up', () => {
    expect(new ToolNames().toCaller('made_up')).to.deep.equal({ name: 'made_up' });
  });

  it('never gives one name to two tools', () => {
    const tool = fc.tuple(
      fc.constantFrom('a', 'a.b', 'a_b', 'a__b', 'b', MCP, `${MCP}x`),
      fc.constantFrom(undefined, 'a', 'n.s'),
    );
    fc.assert(
      fc.property(fc.uniqueArray(tool, { selector: (each) => JSON.stringify(each) }), (tools) => {
        const names = new ToolNames();
        const safe = tools.map(([name, namespace]) => names.outgoing(name, namespace));
        expect(new Set(safe).size).to.equal(tools.length);
        for (const [index, [name, namespace]] of tools.entries()) {
          expect(safe[index]).to.match(/^[A-Za-z0-9_-]{1,64}$/);
          expect(names.toCaller(safe[index] as string)).to.deep.equal(namespace ? { name, namespace } : { name });
        }
      }),
      { numRuns: 50 },
    );
  });

  it('changes tools, the choice and the history of a body alike', () => {
    const names = new ToolNames();
    const tool = (name: string) => ({ type: 'function', function: { name } });
    const bodyOf = (name: string) => ({
      model: 'm',
      tools: [tool(name), tool('ok')],
      tool_choice: tool(name),
      messages: [
        { role: 'user', content: 'x' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: '1', ...tool(name) },
            { id: '2', ...tool('ok') },
          ],
        },
      ],
    });
    const safe = names.outgoing(MCP);
    expect(withSafeToolNames(bodyOf(MCP), names)).to.deep.equal(bodyOf(safe));
    const allowed = (name: string) => ({
      tool_choice: { type: 'allowed_tools', allowed_tools: { tools: [tool(name)] } },
    });
    expect(withSafeToolNames(allowed(MCP), names)).to.deep.equal(allowed(safe));
  });

  it('returns the body itself where all names are safe', () => {
    const body = {
      messages: [{ role: 'user', content: 'x' }],
      tools: [{ type: 'function', function: { name: 'ok' } }],
    };
    expect(withSafeToolNames(body, new ToolNames())).to.equal(body);
  });
});

describe('Arguments of tool calls', () => {
  const TEXTS: readonly [given: unknown, text: string][] = [
    ['', '{}'],
    ['  ', '{}'],
    ['null', '{}'],
    [null, '{}'],
    [undefined, '{}'],
    [{ a: 1 }, '{"a":1}'],
    ['{"a": 1}', '{"a": 1}'],
    ['not JSON', 'not JSON'],
  ];
  for (const [given, text] of TEXTS) {
    it(`${JSON.stringify(given)} become ${text}`, () => {
      expect(argumentsText(given)).to.equal(text);
    });
  }

  const OBJECTS: readonly [given: string, whole: object | undefined, truncated: object | undefined][] = [
    ['', {}, {}],
    ['{"a":1}', { a: 1 }, { a: 1 }],
    ['"{\\"a\\":1}"', { a: 1 }, { a: 1 }],
    ['{"a":"x', undefined, { a: 'x' }],
    ['{"a":"x\\', undefined, { a: 'x' }],
    ['{"a":"x\\\\', undefined, { a: 'x\\' }],
    ['{"a":"x\\u00', undefined, { a: 'x' }],
    ['{"a":"x\\\\u00', undefined, { a: 'x\\u00' }],
    ['{"a":"[DONE] </tool_call> }', undefined, { a: '[DONE] </tool_call> }' }],
    ['{"a":[1,{"b":tru', undefined, { a: [1, {}] }],
    ['{"a":1,"b', undefined, { a: 1 }],
    ['{"a":1,"b":', undefined, { a: 1 }],
    ['{"a":1,', undefined, { a: 1 }],
    ['{"a":{"b":[', undefined, { a: { b: [] } }],
    ['{', undefined, {}],
    ['{"a":1}}', undefined, undefined],
    ['{"a":1]', undefined, undefined],
    ['{a:1', undefined, {}],
    ['[1]', undefined, undefined],
    ['7', undefined, undefined],
    ['hello', undefined, undefined],
  ];
  for (const [given, whole, truncated] of OBJECTS) {
    it(`${given || 'an empty text'} is read`, () => {
      expect(argumentsObject(given, false)).to.deep.equal(whole);
      expect(argumentsObject(given, true)).to.deep.equal(truncated);
    });
  }

  it('wherever an object is cut off, an object comes out', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), fc.nat(), (value, at) => {
        const text = JSON.stringify(value);
        const cut = text.slice(0, Math.max(1, at % text.length));
        expect(argumentsObject(cut, true), cut).to.be.an('object');
      }),
      { numRuns: 100 },
    );
  });
});

describe('toolSchema', () => {
  const city = { type: 'string', title: 'City', $comment: 'kept' };
  const ROWS: readonly [given: unknown, schema: object][] = [
    [undefined, { type: 'object', properties: {} }],
    [null, { type: 'object', properties: {} }],
    [{}, { type: 'object', properties: {} }],
    [{ type: 'object' }, { type: 'object', properties: {} }],
    [
      { type: ['object', 'null'], properties: { city } },
      { type: 'object', properties: { city } },
    ],
    [
      {
        $schema: 's',
        $id: 'i',
        $comment: 'c',
        title: 't',
        type: 'object',
        properties: { title: city },
        $defs: { city },
      },
      { type: 'object', properties: { title: city }, $defs: { city } },
    ],
    [
      { type: 'object', properties: { city }, required: ['city'], additionalProperties: false, minProperties: 1 },
      { type: 'object', properties: { city }, required: ['city'], additionalProperties: false, minProperties: 1 },
    ],
  ];
  for (const [given, schema] of ROWS) {
    it(`${JSON.stringify(given)} becomes an object with properties`, () => {
      expect(toolSchema(given)).to.deep.equal(schema);
    });
  }
});
