import { MEASURES } from '../measures.js';
import type { Result } from '../result.js';
import { isMet } from './goals.js';
import { numberText, valueText } from './words.js';

const aligned = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
};

/** The medians of each phase: a row for each figure, a column for each relay or kind of request. */
export const figuresText = ({ figures }: Result): string =>
  Object.entries(figures)
    .map(([phase, lanes]) => {
      const names = Object.keys(lanes);
      const kinds = Object.keys(Object.values(lanes)[0] ?? {});
      const rows = kinds.map((kind) => [kind, ...names.map((name) => numberText(lanes[name]?.[kind] ?? Number.NaN))]);
      return aligned([[phase, ...names], ...rows]);
    })
    .join('\n\n');

/** Each measure beside its goal. Measures of phases that did not run are left out. */
export const goalsText = ({ values, figures, failures }: Result): string => {
  const rows = MEASURES.filter(({ phase }) => phase in figures).map(({ what, unit, goal }) => {
    const value = values[what];
    const verdict = goal === undefined ? '' : isMet(value, goal) ? 'MET' : 'MISSED';
    return [what, valueText(value ?? Number.NaN, unit), goal === undefined ? '' : `at most ${goal}`, verdict];
  });
  return aligned([
    ...rows,
    ['failed requests and cut streams', String(failures), 'at most 0', failures === 0 ? 'MET' : 'MISSED'],
  ]);
};

/** How far other processes disturbed the run, and what was left out. */
export const caveatsText = ({ noise, skipped }: Result): string =>
  [
    `Other processes disturbed ${noise.noisy} of ${noise.rounds} rounds.${noise.noisy > noise.rounds / 4 ? ' Run it again on a quiet machine before you trust it.' : ''}`,
    ...Object.entries(skipped).map(([phase, why]) => `Skipped ${phase}: ${why}.`),
  ].join('\n');
