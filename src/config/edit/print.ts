import type { DocumentNode, MemberNode, ObjectNode, ValueNode } from '@humanwhocodes/momoa';
import JSON5 from 'json5';

/** The style of a file, so that added text looks like the rest. */
export interface Style {
  readonly newline: string;
  /** One level of indentation. */
  readonly unit: string;
  readonly quote: string;
  /** Whether keys have quotes even if they need none. */
  readonly quotedKeys: boolean;
  /** The text between a key and its value. */
  readonly colon: string;
  /** The text between two values on a line. */
  readonly comma: string;
  /** The text inside the braces of an object on one line. */
  readonly padding: string;
  /** Whether the last of several lines has a comma. */
  readonly trailingComma: boolean;
  /** Whether the file is a single long line, as programs write it. */
  readonly isOneLine: boolean;
}

/** The style of configurations that 429chain creates. */
const OWN_STYLE: Style = {
  newline: '\n',
  unit: '  ',
  quote: "'",
  quotedKeys: false,
  colon: ': ',
  comma: ', ',
  padding: ' ',
  trailingComma: true,
  isOneLine: false,
};

/** Longer values are written on several lines. */
export const LONGEST_LINE = 120;

/** Keys without quotes. JSON5 also allows `null`, `true` and so on, but momoa does not. */
const PLAIN_KEY = /^(?!(?:null|true|false|Infinity|NaN)$)[A-Za-z_$][\w$]*$/;

/** A string in quotes. Escapes lone surrogates, which JSON5 would write as they are and no file can store. */
const printText = (text: string, quote: string): string =>
  JSON5.stringify(text, { quote }).replace(/\p{Cs}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);

/** A string, number, boolean or null. */
export const printScalar = (value: unknown, quote: string): string =>
  typeof value === 'string' ? printText(value, quote) : JSON5.stringify(value);

export const printKey = (key: string, { quotedKeys, quote }: Style): string =>
  PLAIN_KEY.test(key) && !quotedKeys ? key : printText(key, quote);

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Whether `value` is a map, such as `providers`: each of its entries gets its own line. */
const isMap = (value: object): boolean => {
  const inner = Object.values(value);
  return !Array.isArray(value) && inner.length > 0 && inner.every(isContainer);
};

const partsOf = (value: object, print: (inner: unknown) => string, style: Style): string[] =>
  Array.isArray(value)
    ? value.map(print)
    : Object.entries(value)
        // As in JSON, undefined values are left out.
        .filter(([, inner]) => inner !== undefined)
        .map(([key, inner]) => `${printKey(key, style)}${style.colon}${print(inner)}`);

const printLine = (value: unknown, style: Style): string => {
  if (!isContainer(value)) return printScalar(value, style.quote);
  const parts = partsOf(value, (inner) => printLine(inner, style), style).join(style.comma);
  if (Array.isArray(value)) return `[${parts}]`;
  return parts === '' ? '{}' : `{${style.padding}${parts}${style.padding}}`;
};

const hasMap = (value: unknown): boolean => isContainer(value) && (isMap(value) || Object.values(value).some(hasMap));

/** Prints `value` for a line that is indented by `indent` and has `before` more characters before the value. */
export const print = (value: unknown, style: Style, indent: string, before = 0): string => {
  const line = printLine(value, style);
  const fits = indent.length + before + line.length < LONGEST_LINE;
  if (style.isOneLine || !isContainer(value) || line.length < 3 || (fits && !hasMap(value))) return line;
  const inner = indent + style.unit;
  const parts = partsOf(value, (each) => print(each, style, inner), style);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = parts.join(`,${style.newline}${inner}`);
  const end = `${style.trailingComma ? ',' : ''}${style.newline}${indent}`;
  return `${open}${style.newline}${inner}${lines}${end}${close}`;
};

/** Prints a whole configuration, in the style of the example configuration. */
export const printConfiguration = (configuration: object): string => `${print(configuration, OWN_STYLE, '')}\n`;

/** The style of a text. What the text does not show has the default style. */
export const styleOf = (text: string, root: DocumentNode): Style => {
  const nodes = nodesIn(root.body);
  const objects = nodes.filter((node): node is ObjectNode => node.type === 'Object' && node.members.length > 0);
  const [first] = objects;
  const member = first?.members[0];
  const quoted = nodes.find((node) => node.type === 'String');
  const multiline = nodes.find((node) => firstOf(node) !== undefined && /^[{[]\s*?[\r\n]/.test(sliceOf(text, node)));
  const inLine = objects.find((node) => !/[\r\n]/.test(sliceOf(text, node)));
  const colon = member === undefined ? OWN_STYLE.colon : colonOf(text, member);
  return {
    newline: /\r\n|[\r\n]/.exec(text)?.[0] ?? OWN_STYLE.newline,
    unit: multiline === undefined ? OWN_STYLE.unit : unitOf(text, multiline),
    quote: (quoted === undefined ? undefined : text[rangeOf(quoted)[0]]) ?? (hasQuotedKeys(first) ? '"' : "'"),
    quotedKeys: hasQuotedKeys(first),
    colon,
    comma: colon.endsWith(' ') ? ', ' : ',',
    padding: inLine === undefined ? OWN_STYLE.padding : (/^\{([ \t]*)/.exec(sliceOf(text, inLine))?.[1] ?? ''),
    trailingComma: multiline === undefined || endsInComma(text, multiline),
    isOneLine: !/[\r\n]/.test(text.trim()) && text.length > LONGEST_LINE,
  };
};

type Ranged = { range?: [number, number] };

/** The start and end of a node. momoa adds them with the option `ranges`. */
export const rangeOf = (node: Ranged): [number, number] => node.range as [number, number];

export const sliceOf = (text: string, node: Ranged): string => text.slice(...rangeOf(node));

/** The colon of a member with the blanks around it; the default if there is also a comment. */
const colonOf = (text: string, { name, value }: MemberNode): string => {
  const between = text.slice(rangeOf(name)[1], rangeOf(value)[0]);
  return /^[ \t]*:[ \t]*$/.test(between) ? between : OWN_STYLE.colon;
};

const hasQuotedKeys = (node: ObjectNode | undefined): boolean =>
  node?.members.every(({ name }) => name.type === 'String') ?? false;

const childrenOf = (node: ValueNode): ValueNode[] => {
  if (node.type === 'Object') return node.members.map(({ value }) => value);
  return node.type === 'Array' ? node.elements.map(({ value }) => value) : [];
};

/** A node and all nodes inside it, from top to bottom. */
const nodesIn = (node: ValueNode): ValueNode[] => [node, ...childrenOf(node).flatMap(nodesIn)];

const firstOf = (node: ValueNode): Ranged | undefined =>
  node.type === 'Object' ? node.members[0] : node.type === 'Array' ? node.elements[0]?.value : undefined;

/** The indentation of the line at `offset`. */
export const indentAt = (text: string, offset: number): string => {
  const line =
    text
      .slice(0, offset)
      .split(/[\r\n\u2028\u2029]/)
      .at(-1) ?? '';
  return /^[ \t]*/.exec(line)?.[0] ?? '';
};

const unitOf = (text: string, node: ValueNode): string => {
  const outer = indentAt(text, rangeOf(node)[0]);
  const inner = indentAt(text, rangeOf(firstOf(node) as Ranged)[0]);
  return inner.length > outer.length && inner.startsWith(outer) ? inner.slice(outer.length) : OWN_STYLE.unit;
};

const endsInComma = (text: string, node: ValueNode): boolean => {
  const last =
    node.type === 'Object' ? node.members.at(-1) : node.type === 'Array' ? node.elements.at(-1)?.value : node;
  const end = text.slice(rangeOf(last ?? node)[1], rangeOf(node)[1]);
  return /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*,/.test(end);
};
