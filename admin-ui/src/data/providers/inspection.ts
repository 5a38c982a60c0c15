import type { Finding, InspectionReply } from '../../../../src/contract/inspection.js';
import { counted, timeText } from '../format.js';

/** One and many findings of each kind, the most urgent kind first. */
const COUNTED: Readonly<Record<Finding['kind'], readonly [one: string, many: string]>> = {
  'key refused': ['key refused', 'keys refused'],
  'model gone': ['model gone', 'models gone'],
  'model not free': ['model no longer free', 'models no longer free'],
  'limit differs': ['limit differs', 'limits differ'],
};

/** Findings by kind: `1 key refused, 2 models gone`. */
export const findingsText = (findings: readonly Finding[]): string =>
  Object.entries(COUNTED)
    .flatMap(([kind, [one, many]]) => {
      const count = findings.filter((finding) => finding.kind === kind).length;
      return count === 0 ? [] : [counted(count, one, many)];
    })
    .join(', ');

/** Whether the user has to do something. 429chain follows limits by itself. */
export const needsWork = (findings: readonly Finding[]): boolean =>
  findings.some(({ kind }) => kind !== 'limit differs');

/** What the last look found: `Looked for changes at 14:03:07: 1 key refused.` */
export const lookText = ({ latest }: InspectionReply, now = Date.now()): string => {
  if (latest === undefined) return '429chain has not looked for changes since its start.';
  const found = latest.findings.length === 0 ? 'nothing found' : findingsText(latest.findings);
  return `Looked for changes at ${timeText(latest.at, now)}: ${found}.`;
};
