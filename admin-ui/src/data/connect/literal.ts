/** How a language writes values. */
export interface Language {
  readonly string: (text: string) => string;
  readonly key: (name: string) => string;
  readonly words: Readonly<Record<'true' | 'false' | 'null', string>>;
  /** One level of indentation. */
  readonly indent: string;
}

/** Longer values are split into several lines. */
const WIDTH = 88;

const escaped = (text: string): string =>
  JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");

export const TYPESCRIPT: Language = {
  string: (text) => `'${escaped(text)}'`,
  key: (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${escaped(name)}'`),
  words: { true: 'true', false: 'false', null: 'null' },
  indent: '  ',
};

export const PYTHON: Language = {
  string: JSON.stringify,
  key: JSON.stringify,
  words: { true: 'True', false: 'False', null: 'None' },
  indent: '    ',
};

/** A JSON value as a literal of a language, with further lines indented by `margin`. */
export const literal = (value: unknown, language: Language, margin = ''): string => {
  if (typeof value === 'string') return language.string(value);
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return language.words[String(value) as 'true' | 'false' | 'null'];
  const inner = margin + language.indent;
  const parts = Array.isArray(value)
    ? value.map((each) => literal(each, language, inner))
    : Object.entries(value).map(([name, each]) => `${language.key(name)}: ${literal(each, language, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const space = Array.isArray(value) || language === PYTHON || parts.length === 0 ? '' : ' ';
  const line = `${open}${space}${parts.join(', ')}${space}${close}`;
  if (margin.length + line.length <= WIDTH && !line.includes('\n')) return line;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${margin}${close}`;
};
