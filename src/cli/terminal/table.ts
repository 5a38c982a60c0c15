import { printable } from '../../logging/printable.js';

/** Rows as lines, their columns aligned, each behind `indent`. A column with nothing in it is left out. */
export const tableOf = (texts: readonly (readonly string[])[], indent = '  '): string => {
  const rows = texts.map((row) => row.map((cell) => printable(cell).replaceAll(/\s*\n\s*/g, ' ')));
  const widthOf = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = (rows[0] ?? []).map((_, column) => widthOf(column));
  return rows
    .map((row) =>
      row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).filter((_, column) => widths[column] !== 0),
    )
    .map((cells) => `${indent}${cells.join('   ')}`.trimEnd())
    .join('\n');
};
