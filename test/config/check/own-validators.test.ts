import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import JSON5 from 'json5';
import { ownValidatorsCode } from '../../../scripts/build/own-validators.js';
import type { Validator } from '../../../src/config/check/ajv.js';
import { optionsValidator } from '../../../src/config/check/options-validator.js';
import * as source from '../../../src/config/check/own-validators.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BROKEN = join(ROOT, 'test', 'config', 'check', 'cases', 'broken');

const read = (file: string): unknown => JSON5.parse(readFileSync(file, 'utf8'));

/** The errors of a validator that findings are made from. The code of the build has no messages. */
const errorsOf = (validate: Validator, data: unknown) =>
  validate(data) ? [] : (validate.errors ?? []).map(({ message: _, ...rest }) => rest);

/** The paths of all values in `value`. */
const pathsIn = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
  typeof value !== 'object' || value === null
    ? [path]
    : [path, ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))];

const replaced = (root: unknown, [first, ...rest]: readonly string[], value: unknown): unknown => {
  if (first === undefined) return value;
  const copy = (Array.isArray(root) ? [...root] : { ...(root as object) }) as Record<string, unknown>;
  copy[first] = replaced(copy[first], rest, value);
  return copy;
};

describe('The validators of the build', () => {
  let folder: string;
  let built: typeof source;

  /** Compares all errors, and for unions those of each branch. @returns how many errors there were */
  const compare = (data: unknown): number => {
    const [one, other] = [source.configurationValidator(), built.configurationValidator()];
    if (one === undefined || other === undefined) expect.fail('there is no validator of the configuration');
    const errors = errorsOf(one, data);
    expect(errorsOf(other, data)).to.deep.equal(errors);
    for (const { keyword, schema, data: part } of errors) {
      if (keyword !== 'anyOf' && keyword !== 'oneOf') continue;
      for (const { $ref } of schema as readonly { $ref?: string }[]) {
        if ($ref === undefined) continue;
        const [branch, builtBranch] = [source.configurationValidator($ref), built.configurationValidator($ref)];
        if (branch === undefined || builtBranch === undefined) expect.fail(`there is no validator of ${$ref}`);
        expect(errorsOf(builtBranch, part)).to.deep.equal(errorsOf(branch, part));
      }
    }
    return errors.length;
  };

  before(async () => {
    // Its imports are found from here.
    mkdirSync(join(ROOT, 'dist'), { recursive: true });
    folder = mkdtempSync(join(ROOT, 'dist', 'validators-'));
    const file = join(folder, 'own-validators.mjs');
    writeFileSync(file, ownValidatorsCode());
    built = (await import(pathToFileURL(file).href)) as typeof source;
  });

  after(() => rmSync(folder, { recursive: true }));

  it('find the same errors as the schema in every broken configuration', () => {
    const counts = readdirSync(BROKEN).map((name) => {
      try {
        return compare(read(join(BROKEN, name)));
      } catch (error) {
        // Some are not JSON5.
        if (error instanceof SyntaxError) return 0;
        throw error;
      }
    });
    expect(counts.filter((count) => count > 0)).to.have.length.greaterThan(20);
  });

  it('find the same errors as the schema where any value is replaced by any other', () => {
    const configuration = {
      ...(read(join(ROOT, '429chain.json5')) as object),
      plugins: ['a-plugin', { use: 'prometheus', options: { key: 'none' } }],
      aliases: { 'gpt-4': 'default' },
      server: { apiKeys: ['a-key', { key: 'b-key', label: 'b' }], cors: ['https://example.org'] },
      logging: { level: 'info' },
    };
    const paths = pathsIn(configuration);
    expect(compare({ providers: {}, chains: {} })).to.equal(0);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
        compare(replaced(configuration, path, value));
      }),
      { numRuns: 150 },
    );
  });

  it('know the options of the built-in plugins, by the text of their schema', () => {
    const schema = {
      type: 'object',
      additionalProperties: false,
      properties: { key: { enum: ['none', 'api', 'admin'] } },
    };
    const validate = built.builtInValidator(JSON.stringify(schema));
    if (validate === undefined) expect.fail('the schema of prometheus is not compiled');
    for (const options of [{}, { key: 'none' }, { key: 'any' }, { kee: 1 }, [], null])
      expect(errorsOf(validate, options)).to.deep.equal(errorsOf(optionsValidator(schema), options));
    expect(built.builtInValidator('{"type":"string"}')).to.equal(undefined);
  });
});
