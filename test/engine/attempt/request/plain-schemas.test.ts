import { expect } from 'chai';
import fc from 'fast-check';
import { withPlainSchemas } from '../../../../src/engine/attempt/conversation/plain-schemas.js';
import type { Fields } from '../../../../src/plugin/fields.js';

const bodyOf = (parameters: unknown): Fields => ({
  tools: [{ type: 'function', function: { name: 'f', parameters } }],
});
const plainOf = (parameters: unknown): unknown => {
  const [tool] = withPlainSchemas(bodyOf(parameters)).tools as { readonly function: Fields }[];
  return tool?.function.parameters;
};
const object = (properties: Fields, more: Fields = {}): Fields => ({ type: 'object', properties, ...more });

const ROWS: readonly (readonly [title: string, given: Fields, plain: unknown])[] = [
  ['keeps a plain schema', object({ a: { type: 'string' } }), object({ a: { type: 'string' } })],
  [
    'drops keywords without a counterpart',
    object({ a: { type: 'number', exclusiveMinimum: 0, default: 1 } }, { $schema: 's', additionalProperties: false }),
    object({ a: { type: 'number' } }),
  ],
  ['makes an enum of a constant', object({ a: { const: 'x' } }), object({ a: { type: 'string', enum: ['x'] } })],
  ['makes a type of a constant number', object({ a: { const: 5 } }), object({ a: { type: 'number' } })],
  ['keeps no enum of numbers', object({ a: { type: 'integer', enum: [1, 2] } }), object({ a: { type: 'integer' } })],
  [
    'makes a type nullable',
    object({ a: { type: ['string', 'null'] } }),
    object({ a: { type: 'string', nullable: true } }),
  ],
  [
    'makes a choice of several types',
    object({ a: { type: ['string', 'number'] } }),
    object({ a: { anyOf: [{ type: 'string' }, { type: 'number' }] } }),
  ],
  [
    'makes a choice of oneOf, and null a property of it',
    object({
      a: { oneOf: [{ type: 'string' }, { const: 'x' }] },
      b: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    }),
    object({
      a: { anyOf: [{ type: 'string' }, { type: 'string', enum: ['x'] }] },
      b: { type: 'string', nullable: true },
    }),
  ],
  [
    'puts what is referred to in its place',
    object(
      { a: { $ref: '#/$defs/city', description: 'where' } },
      { $defs: { city: object({ n: { type: 'string' } }) } },
    ),
    object({ a: object({ n: { type: 'string' } }, { description: 'where' }) }),
  ],
  [
    'ends a reference to itself',
    object({ a: { $ref: '#/$defs/node' } }, { $defs: { node: object({ next: { $ref: '#/$defs/node' } }) } }),
    object({ a: object({ next: { type: 'object' } }) }),
  ],
  [
    'joins allOf',
    object({
      a: { allOf: [object({ b: { type: 'string' } }, { required: ['b'] }), object({ c: { type: 'number' } })] },
    }),
    object({ a: object({ b: { type: 'string' }, c: { type: 'number' } }, { required: ['b'] }) }),
  ],
  ['gives a list items', object({ a: { type: 'array' } }), object({ a: { type: 'array', items: { type: 'string' } } })],
  [
    'requires no property that is not there',
    object({ a: { type: 'string' } }, { required: ['a', 'b'] }),
    object({ a: { type: 'string' } }, { required: ['a'] }),
  ],
  ['sends no schema of an object without properties', object({}, { additionalProperties: false }), undefined],
  [
    'keeps properties with the names of keywords',
    object({ const: { type: 'string' }, $ref: { type: 'string' } }),
    object({ const: { type: 'string' }, $ref: { type: 'string' } }),
  ],
];

describe('Plain schemas', () => {
  for (const [title, given, plain] of ROWS) {
    it(title, () => {
      expect(plainOf(given)).to.deep.equal(plain);
    });
  }

  it('are the schema of the answer too', () => {
    const format = (schema: Fields): Fields => ({
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
    });
    expect(withPlainSchemas(format(object({ a: { const: 'x' } })))).to.deep.equal(
      format(object({ a: { type: 'string', enum: ['x'] } })),
    );
  });

  it('leave a body alone whose schemas are plain', () => {
    const body = bodyOf(object({ a: { type: 'string' } }));
    expect(withPlainSchemas(body)).to.equal(body);
  });

  it('do not fail, whatever a schema contains, and are plain then', () => {
    fc.assert(
      fc.property(
        fc.object({
          key: fc.constantFrom(
            'properties',
            'items',
            'type',
            'const',
            '$ref',
            'allOf',
            'anyOf',
            'enum',
            '#',
            'required',
            'a',
          ),
          maxDepth: 4,
          values: [fc.constantFrom('#', '#/a', '#/items', 'string', null, 5)],
        }),
        (schema) => {
          const once = withPlainSchemas(bodyOf(schema));
          expect(JSON.stringify(once)).not.to.match(/"(?:\$ref|allOf|const|oneOf)":(?!\{)/);
        },
      ),
      {
        numRuns: 300,
        examples: [
          [{ properties: { properties: { type: { $ref: '#' } } } }],
          [{ type: { allOf: [] }, properties: { properties: '#' }, enum: [5] }],
        ],
      },
    );
  });
});
