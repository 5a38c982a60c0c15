import { CASES, type Case, type Program } from './program.js';

/** What became of one client. */
export interface Result {
  readonly program: Program;
  /** Such as `openai 6.49.0`. */
  readonly version: string;
  /** `works`, or what went wrong. */
  readonly outcomes: Partial<Readonly<Record<Case, string>>>;
}

/** Returns docs/compatibility.md. */
export const compatibilityPage = (results: readonly Result[], date: Date): string => {
  const head = ['client', 'protocol', ...CASES];
  const rows = results.map(({ program, version, outcomes }) => [
    `${program.title} (${version})`,
    program.protocol,
    ...CASES.map((name) => signOf(outcomes[name])),
  ]);
  return `# Compatibility

Real clients, tried with 429chain on ${date.toISOString().slice(0, 10)}: \`npm run clients\` installs them, tries them against simulated
models, and writes this page. ✓ works · ✗ does not · – this client has no such case.

${tableOf([head, ...rows])}

- **tools**, **parallel tools**: the whole loop, from the call to the answer that uses its result.
- **picture**: the model gets a picture that the client sends.
- **error**: a refusal of the model reaches the user with its words, in the client's own class.
- **abort**: the client stops in the middle, and the model is stopped at once.
- **break in the middle**: the first model breaks off, another one continues, and the client gets one whole answer.
- **task**: a coding agent is asked to write a file, and runs a command for it.
`;
};

const signOf = (outcome: string | undefined): string => (outcome === undefined ? '–' : outcome === 'works' ? '✓' : '✗');

const tableOf = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest.map(line)].join('\n');
};
