import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { generateTypes, SCHEMA_TYPES } from '../../../scripts/generate-config-types.js';
import { MINIMAL, settingsOf } from '../configurations.js';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const SCHEMA = JSON.parse(read('schemas/429chain.schema.json'));

type Node = Readonly<Record<string, unknown>>;

/** Every schema inside the schema, with its path. */
const nodesIn = (node: Node, path: string): [string, Node][] =>
  Object.entries(node).flatMap(([key, value]): [string, Node][] => {
    if (typeof value !== 'object' || value === null || key === 'required' || key === 'enum') return [];
    const below = nodesIn(value as Node, `${path}/${key}`);
    const isMap = key === 'properties' || key === '$defs' || key === 'anyOf' || Array.isArray(value);
    return isMap ? below : [[`${path}/${key}`, value as Node], ...below];
  });

/** Keywords that need an `errorMessage`. */
const NEEDS_SENTENCE = ['pattern', 'minLength', 'minimum', 'maximum', 'minItems', 'minProperties', 'anyOf'];

describe('The schema', () => {
  it('is a valid JSON Schema', () => {
    const ajv = new Ajv2020({ strict: true, validateFormats: false });
    ajv.addKeyword('errorMessage');
    expect(ajv.validateSchema(SCHEMA), JSON.stringify(ajv.errors)).to.equal(true);
  });

  for (const types of SCHEMA_TYPES) {
    it(`matches the generated types: ${types.schema}`, async () => {
      expect(readFileSync(types.file, 'utf8')).to.equal(await generateTypes(types));
    });
  }

  it('has an error message wherever a value of the right type can be invalid', () => {
    const silent = nodesIn(SCHEMA, '').filter(
      ([, node]) => NEEDS_SENTENCE.some((keyword) => keyword in node) && !('errorMessage' in node),
    );
    expect(silent.map(([path]) => path)).to.deep.equal([]);
  });

  it('allows unknown keys only in maps, options and headers', () => {
    const open = nodesIn(SCHEMA, '').filter(
      ([, node]) => node.type === 'object' && node.additionalProperties !== false,
    );
    const names = open.map(([path]) => path.split('/').at(-1));
    expect(new Set(names)).to.deep.equal(new Set(['providers', 'chains', 'aliases', 'headers', 'options', 'costs']));
  });

  it('documents the actual defaults', () => {
    const { server, logging, fullChain } = SCHEMA.$defs;
    const settings = settingsOf(MINIMAL);
    const [chain] = settings.chains;
    const defaultOf = (node: { properties: Record<string, { default?: unknown }> }, key: string): unknown =>
      node.properties[key]?.default;
    expect(settings.server.host).to.equal(defaultOf(server, 'host'));
    expect(settings.server.port).to.equal(defaultOf(server, 'port'));
    expect(settings.server.apiKeys).to.deep.equal(defaultOf(server, 'apiKeys'));
    expect(settings.server.hosts).to.deep.equal(defaultOf(server, 'hosts'));
    expect(settings.server.trustedProxies).to.deep.equal(defaultOf(server, 'trustedProxies'));
    expect(settings.server.maxBodyBytes).to.equal(defaultOf(server, 'maxBodyBytes'));
    expect(settings.server.maxWaiting).to.equal(defaultOf(server, 'maxWaiting'));
    expect(settings.dataDir.endsWith(`/${defaultOf(SCHEMA, 'dataDir')}`)).to.equal(true);
    expect(`${(chain?.maxWaitMs ?? 0) / 1000}s`).to.equal(defaultOf(fullChain, 'maxWait'));
    expect(`${chain?.patienceMs}s`).to.equal(defaultOf(fullChain, 'patience'));
    expect(chain?.retries).to.equal(defaultOf(fullChain, 'retries'));
    expect(chain?.resume).to.equal(defaultOf(fullChain, 'resume'));
    expect(chain?.resumeInstruction).to.equal(defaultOf(fullChain, 'resumeInstruction'));
    expect(`${settings.server.drainMs / 1000}s`).to.equal(defaultOf(server, 'drain'));
    expect(settings.server.log.level).to.equal(defaultOf(logging, 'level'));
    expect(settings.server.log.format).to.equal(defaultOf(logging, 'format'));
    expect(chain?.onModeration).to.equal(defaultOf(fullChain, 'onModeration'));
  });
});
