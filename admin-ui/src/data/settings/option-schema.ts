/** The part of JSON Schema that forms support. */
export interface OptionSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: OptionSchema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, OptionSchema>>;
}

export type OptionKind = 'choice' | 'switch' | 'number' | 'text' | 'lines' | 'json';

/** The kind of field for an option. Options without a suitable field are edited as JSON. */
export const kindOf = ({ type, enum: choices, items }: OptionSchema): OptionKind => {
  if (choices !== undefined) return choices.every((each) => typeof each === 'string') ? 'choice' : 'json';
  if (type === 'boolean') return 'switch';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'string') return 'text';
  if (type === 'array' && items?.type === 'string') return 'lines';
  return 'json';
};

/** The label of an option: `Max requests` for `maxRequests`. */
export const labelOf = (key: string, { title }: OptionSchema): string => {
  if (title !== undefined) return title;
  const words = key
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z\d])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** The options with one of them changed; `undefined` removes it. */
export const withOption = (
  options: Readonly<Record<string, unknown>>,
  key: string,
  value: unknown,
): Readonly<Record<string, unknown>> => {
  const { [key]: _, ...others } = options;
  return value === undefined ? others : { ...others, [key]: value };
};
