/** Rows as lines, their columns aligned, each behind `indent`. */
export const tableOf = (rows: readonly (readonly string[])[], indent = '  '): string => {
  const widthOf = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) => `${indent}${row.map((cell, column) => cell.padEnd(widthOf(column))).join('   ')}`.trimEnd())
    .join('\n');
};
