/** A number with three digits, such as `1.31`, `107` and `1,125`. */
export const numberText = (value: number): string => {
  if (!Number.isFinite(value)) return 'not measured';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
};

/** With its unit: `1.31 ×`. */
export const valueText = (value: number, unit: string): string =>
  unit === '' || !Number.isFinite(value) ? numberText(value) : `${numberText(value)} ${unit}`;
