import type { Totals } from '../../../../src/contract/requests.js';
import { COLUMNS, type Row } from './breakdown.js';

/**
 * The rows of a table as CSV (RFC 4180), after one line for the total. `of` says what the rows are, such as `target`.
 * Unknown values are empty, and times are local with their distance from UTC.
 */
export const usageCsv = (of: string, total: Totals, rows: readonly Row[]): string => {
  const lines = [
    ['of', 'name', ...COLUMNS.map(({ id }) => id)],
    ['total', '', ...figuresOf(total)],
    ...rows.map(({ name, at, totals }) => [of, at === undefined ? harmless(name) : stamp(at), ...figuresOf(totals)]),
  ];
  return lines.map((fields) => `${fields.map(field).join(',')}\r\n`).join('');
};

const figuresOf = (totals: Totals): readonly string[] => COLUMNS.map(({ value }) => String(value(totals) ?? ''));

/** Spreadsheets take such a name for a formula: callers choose names of models. */
const harmless = (name: string): string => (/^([=+\-\t\r]|@.*\()/.test(name) ? `'${name}` : name);

/** `2026-11-24T14:00+01:00` */
const stamp = (at: number): string => {
  const ahead = -new Date(at).getTimezoneOffset();
  const local = new Date(at + ahead * 60_000).toISOString().slice(0, 16);
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
  return `${local}${ahead < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(minutes)}`;
};

const twoDigits = (value: number): string => String(value).padStart(2, '0');

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
