import { readFileSync } from 'node:fs';
import { table } from './table.js';

/** A schema, as far as the tables tell of it. */
interface Node {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Node;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly $defs?: Readonly<Record<string, Node>>;
}

const SCHEMA = JSON.parse(readFileSync(new URL('../../schemas/429chain.schema.json', import.meta.url), 'utf8')) as Node;

/** What a setting of this definition takes, with the section of docs/configuration.md that explains it. */
const TAKES: Readonly<Record<string, string>> = {
  server: '[settings](#the-server)',
  logging: '[settings](#what-it-says)',
  apiKey: '[key](#the-server)',
  plainKey: 'text',
  provider: '[provider](#providers)',
  chain: '[chain](#chains-and-targets)',
  target: '[target](#chains-and-targets)',
  targetList: 'list of [targets](#chains-and-targets)',
  limit: '[limit](#limits)',
  timeouts: '[timeouts](#timeouts)',
  duration: '[span](#spans-of-time)',
  plugin: '[plugin](#plugins)',
  pluginName: 'text',
};

const nameOf = ({ $ref = '' }: Node): string => $ref.replace('#/$defs/', '');

const definitionOf = (name: string): Node => {
  const found = name === 'configuration' ? SCHEMA : SCHEMA.$defs?.[name];
  if (found?.properties === undefined) throw new Error(`The schema has no settings called "${name}".`);
  return found;
};

const pluralOf = (takes: string): string => takes.replace(/^\[(\w+)\]/, '[$1s]').replace(/^text$/, 'texts');

const takesOf = (node: Node): string => {
  if (node.$ref !== undefined) {
    const takes = TAKES[nameOf(node)];
    if (takes === undefined) throw new Error(`What "${nameOf(node)}" takes has no words yet: give it some in TAKES.`);
    return takes;
  }
  if (node.enum !== undefined) return node.enum.map((value) => `\`'${value}'\``).join(', ');
  if (node.type === 'array') return `list of ${pluralOf(takesOf(node.items ?? {}))}`;
  if (node.type === 'boolean') return '`true`, `false`';
  if (node.type === 'integer')
    return `${node.minimum} ${node.maximum === undefined ? 'or more' : `to ${node.maximum}`}`;
  return node.type === 'object' ? 'object' : 'text';
};

const defaultOf = ({ default: value }: Node, required: boolean): string => {
  if (required) return 'needed';
  if (value === undefined) return '';
  if (typeof value === 'string' && value.includes('\n')) return 'in English';
  return `\`${typeof value === 'string' ? `'${value}'` : JSON.stringify(value)}\``;
};

/** Names of settings, quoted words, placeholders and values stand as code. */
const CODE = /'[^' ]+'|\$?\{\w*\}|\$\$\{|\b[a-z]+[A-Z]\w*\b|\b(?:true|false)\b/g;

/** Its own description, or the first sentence of its definition's: the rest is told where the definition is. */
const meaningOf = (node: Node): string => {
  const [first = ''] = (SCHEMA.$defs?.[nameOf(node)]?.description ?? '').split(/(?<=\.) /);
  return (node.description ?? first).replaceAll(CODE, '`$&`');
};

/** The settings of one definition of the schema: what each takes, its default, and what it means. */
export const settingsTable = (name: string): string => {
  const { properties = {}, required = [] } = definitionOf(name);
  const rows = Object.entries(properties).map(([key, node]) => [
    `\`${key}\``,
    takesOf(node),
    defaultOf(node, required.includes(key)),
    meaningOf(node),
  ]);
  return table(['setting', 'takes', 'unless told', 'meaning'], rows);
};
