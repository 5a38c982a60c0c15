import type { ProviderType } from '../door/provider-type.js';

type Options = Readonly<Record<string, unknown>>;
type Addressed = Pick<ProviderType, 'baseUrl' | 'hosts'>;

/** A name in braces, which stands for an option. */
const NAMED = /\{(\w{1,40})\}/g;
/** What an option may put into an address. */
const PART = /^[\w.-]{1,200}$/;

/** Why an address cannot be completed, and the option that is at fault. */
export interface AddressFault {
  readonly option: string;
  /** A predicate such as `is not set`. */
  readonly fault: string;
}

/** Whether an address still has names in braces, which options must replace. */
export const isTemplate = (address: string): boolean => address.search(NAMED) !== -1;

/** The base URL of a provider by its type and its options; `undefined` if the type has none. */
export const addressOf = (
  type: Addressed,
  options: Options,
): { readonly address: string; readonly faults: readonly AddressFault[] } | undefined => {
  const { hosts } = type;
  const region = options.region ?? Object.keys(hosts ?? {})[0];
  const address = hosts === undefined ? type.baseUrl : Object.entries(hosts).find(([name]) => name === region)?.[1];
  if (address === undefined) {
    if (hosts === undefined) return undefined;
    const fault = `is '${String(region)}'. Expected one of ${Object.keys(hosts).join(', ')}`;
    return { address: '', faults: [{ option: 'region', fault }] };
  }
  const faults: AddressFault[] = [];
  const complete = address.replace(NAMED, (whole, option: string) => {
    const value = options[option];
    if (typeof value === 'string' && PART.test(value)) return value;
    const fault =
      value === undefined || value === ''
        ? 'is not set'
        : 'may have only letters, digits, hyphens, dots and underscores';
    faults.push({ option, fault: `${fault}, and the address ${address} needs it` });
    return whole;
  });
  return { address: complete, faults };
};

/** The JSON Schema of the options that an address needs; `undefined` if it needs none. */
export const schemaOfAddress = ({ baseUrl = '', hosts }: Addressed): object | undefined => {
  const addresses = hosts === undefined ? [baseUrl] : Object.values(hosts);
  const names = addresses.flatMap((address) => [...address.matchAll(NAMED)].map(([, name = '']) => name));
  if (hosts === undefined && names.length === 0) return undefined;
  const regions = Object.keys(hosts ?? {});
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...(hosts === undefined
        ? {}
        : { region: { enum: regions, default: regions[0], description: 'Where the account is.' } }),
      ...Object.fromEntries(
        names.map((name) => [name, { type: 'string', minLength: 1, description: `Part of the address ${baseUrl}` }]),
      ),
    },
  };
};
