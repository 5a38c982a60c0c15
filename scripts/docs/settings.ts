import { readFileSync } from 'node:fs';
import { table } from './table.js';

/** The parts of a JSON Schema that the tables show. */
interface Node {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Node;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly $defs?: Readonly<Record<string, Node>>;
}

const SCHEMA = JSON.parse(readFileSync(new URL('../../schemas/429chain.schema.json', import.meta.url), 'utf8')) as Node;

/** The value types of the schema's definitions, each with a link to its section of docs/configuration.md. */
const VALUE_TYPES: Readonly<Record<string, string>> = {
  server: '[settings](#the-server)',
  logging: '[settings](#the-log)',
  apiKey: '[key](#the-server)',
  plainKey: 'string',
  providerKey: '[key](#several-keys-of-one-provider)',
  provider: '[provider](#providers)',
  chain: '[chain](#chains-and-targets)',
  target: '[target](#chains-and-targets)',
  targetList: 'list of [targets](#chains-and-targets)',
  limit: '[limit](#limits)',
  origins: 'list of strings',
  proxyUrl: 'string',
  timeouts: '[timeouts](#timeouts)',
  duration: '[duration](#durations)',
  plugin: '[plugin](#plugins)',
  pluginName: 'string',
};

const nameOf = ({ $ref = '' }: Node): string => $ref.replace('#/$defs/', '');

const definitionOf = (name: string): Node => {
  const found = name === 'configuration' ? SCHEMA : SCHEMA.$defs?.[name];
  if (found?.properties === undefined) throw new Error(`The schema has no settings called "${name}".`);
  return found;
};

const pluralOf = (valueType: string): string => valueType.replace(/^\[(\w+)\]/, '[$1s]').replace(/^string$/, 'strings');

const valueTypeOf = (node: Node): string => {
  if (node.$ref !== undefined) {
    const valueType = VALUE_TYPES[nameOf(node)];
    if (valueType === undefined)
      throw new Error(`The definition "${nameOf(node)}" has no value type: add one to VALUE_TYPES.`);
    return valueType;
  }
  if (node.anyOf !== undefined) return node.anyOf.map(valueTypeOf).join(' or ');
  if (node.const !== undefined) return `\`${typeof node.const === 'string' ? `'${node.const}'` : node.const}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`'${value}'\``).join(', ');
  if (node.type === 'array') return `list of ${pluralOf(valueTypeOf(node.items ?? {}))}`;
  if (node.type === 'boolean') return '`true`, `false`';
  if (node.type === 'integer')
    return `${node.minimum} ${node.maximum === undefined ? 'or more' : `to ${node.maximum}`}`;
  return node.type === 'object' ? 'object' : 'string';
};

const defaultOf = ({ default: value }: Node, required: boolean): string => {
  if (required) return 'required';
  if (value === undefined) return '';
  if (typeof value === 'string' && value.includes('\n')) return 'an English text';
  return `\`${typeof value === 'string' ? `'${value}'` : JSON.stringify(value)}\``;
};

/** Names of settings, quoted words, placeholders and values are formatted as code. What is code already stays as it is. */
const CODE = /`[^`]+`|'[^' ]+'|\$?\{\w*\}|\$\$\{|\b[a-z]+[A-Z]\w*\b|\b(?:true|false)\b/g;

/** The description of a setting, or the first sentence of its definition's description. */
const descriptionOf = (node: Node): string => {
  const [first = ''] = (SCHEMA.$defs?.[nameOf(node)]?.description ?? '').split(/(?<=\.) /);
  return (node.description ?? first).replaceAll(CODE, (words) => (words.startsWith('`') ? words : `\`${words}\``));
};

/** A table of the settings of a definition: name, type, default and description. */
export const settingsTable = (name: string): string => {
  const { properties = {}, required = [] } = definitionOf(name);
  const rows = Object.entries(properties).map(([key, node]) => [
    `\`${key}\``,
    valueTypeOf(node),
    defaultOf(node, required.includes(key)),
    descriptionOf(node),
  ]);
  return table(['setting', 'type', 'default', 'description'], rows);
};
