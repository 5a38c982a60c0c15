/** Rows as lines, their columns aligned, each behind `indent`. A column with nothing in it is left out. */
export const tableOf = (rows: readonly (readonly string[])[], indent = '  '): string => {
  const widthOf = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = (rows[0] ?? []).map((_, column) => widthOf(column));
  return rows
    .map((row) =>
      row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).filter((_, column) => widths[column] !== 0),
    )
    .map((cells) => `${indent}${cells.join('   ')}`.trimEnd())
    .join('\n');
};
