import type { Fields } from './fields.js';
import type { Parameter } from './protocol.js';

export const SYSTEM: Parameter = { name: 'system', label: 'System prompt', kind: 'lines', placeholder: 'None' };
export const STREAM: Parameter = {
  name: 'stream',
  label: 'Stream the answer',
  kind: 'flag',
  field: 'stream',
  on: true,
};
export const TEMPERATURE: Parameter = {
  name: 'temperature',
  label: 'Temperature',
  kind: 'number',
  field: 'temperature',
  min: 0,
  max: 2,
};
export const TOP_P: Parameter = { name: 'topP', label: 'Top p', kind: 'number', field: 'top_p', min: 0, max: 1 };

/** The limit of an answer, whose field has a name of its own in each protocol. */
export const maxTokens = (field: string, placeholder?: string): Parameter => ({
  name: 'maxTokens',
  label: 'Max tokens',
  kind: 'number',
  field,
  min: 1,
  whole: true,
  ...(placeholder === undefined ? {} : { placeholder }),
});

/** Whether a flag is set. */
export const isOn = ({ name, on }: Parameter, values: Readonly<Record<string, string>>): boolean =>
  values[name] === undefined ? on === true : values[name] === 'true';

/** The fields that parameters write. Empty ones are not sent. */
export const parameterFields = (parameters: readonly Parameter[], values: Readonly<Record<string, string>>): Fields =>
  Object.fromEntries(
    parameters.flatMap((parameter): [string, unknown][] => {
      const { name, field, kind } = parameter;
      if (field === undefined) return [];
      if (kind === 'flag') return isOn(parameter, values) ? [[field, true]] : [];
      const value = values[name]?.trim() ?? '';
      return value === '' ? [] : [[field, kind === 'number' ? Number(value) : value]];
    }),
  );
