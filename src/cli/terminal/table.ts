import { printable } from '../../logging/printable.js';

/** Formats rows as lines with aligned columns, each line indented by `indent`. Columns without any text are left out. */
export const tableOf = (texts: readonly (readonly string[])[], indent = '  '): string => {
  const rows = texts.map((row) => row.map(inOneLine));
  const widthOf = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = (rows[0] ?? []).map((_, column) => widthOf(column));
  return rows
    .map((row) =>
      row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).filter((_, column) => widths[column] !== 0),
    )
    .map((cells) => `${indent}${cells.join('   ')}`.trimEnd())
    .join('\n');
};

/** `text` safe to print, with each line break replaced by a space. */
export const inOneLine = (text: string): string => printable(text).replaceAll(/\s*\n\s*/g, ' ');
