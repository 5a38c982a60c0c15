/** The result of one check. */
export interface CheckResult {
  /** `answers`, `streams`, … */
  readonly group: string;
  readonly name: string;
  readonly passed: boolean;
  /** Why the check failed. Absent if it passed. */
  readonly why?: string;
}

/** The results of all checks. `toString` formats them for people. */
export class ConformanceReport {
  readonly type: string;
  readonly checks: readonly CheckResult[];

  constructor(type: string, checks: readonly CheckResult[]) {
    this.type = type;
    this.checks = checks;
  }

  /** Whether all checks passed. */
  get ok(): boolean {
    return this.checks.every(({ passed }) => passed);
  }

  toString(): string {
    const good = this.checks.filter(({ passed }) => passed).length;
    const groups = [...new Set(this.checks.map(({ group }) => group))];
    const lines = groups.flatMap((group) => [
      `\n${group}`,
      ...this.checks.filter((check) => check.group === group).flatMap(linesOf),
    ]);
    return [`${this.type}: ${good} of ${this.checks.length} checks passed`, ...lines, ''].join('\n');
  }
}

const linesOf = ({ name, passed, why }: CheckResult): string[] => [
  `  ${passed ? '✓' : '✗'} ${name}`,
  ...(why === undefined ? [] : [`      ${why}`]),
];
