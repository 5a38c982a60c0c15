import { setTimeout as pause } from 'node:timers/promises';
import { printable } from '../../logging/printable.js';
import { CommandError } from './command-error.js';

const REFRESH_MS = 1_000;
/** Switches to the alternate screen and hides the cursor; and back. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';

/** The columns and rows of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Calls `fetch` every second and shows the result, until Ctrl-C. Redraws at once when the terminal is resized. Without
 * a terminal, it prints one text after another. Once it runs, a failed fetch is shown and repeated.
 * @param format turns a result into the text to show
 * @throws CommandError when the first fetch fails
 */
export const showLive = async <T>(
  fetch: () => Promise<T>,
  format: (result: T, size?: Size) => string,
): Promise<void> => {
  const { stdout } = process;
  let result = await fetch();
  if (!stdout.isTTY) {
    for (;;) {
      console.log(`${format(result)}\n`);
      await pause(REFRESH_MS);
      result = await fetch();
    }
  }
  let failure: string | undefined;
  // Overwrites the previous text; clearing the screen first would flicker.
  const draw = (): void => {
    const size = sizeOf(stdout);
    const text = failure === undefined ? format(result, size) : cropLines(failure.split('\n'), [], size);
    stdout.write(`\x1b[H${text.replaceAll('\n', '\x1b[K\n')}\x1b[K\x1b[J`);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(0));
  process.once('exit', () => stdout.write(LEAVE));
  stdout.write(ENTER);
  stdout.on('resize', draw);
  for (;;) {
    draw();
    await pause(REFRESH_MS);
    try {
      result = await fetch();
      failure = undefined;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      failure = error.message;
    }
  }
};

/** A terminal of unknown size reports 0. */
const sizeOf = ({ columns, rows }: Size): Size => ({
  columns: columns || Number.POSITIVE_INFINITY,
  rows: rows || Number.POSITIVE_INFINITY,
});

/** As many of `lines` as fit above `footer`, which is always shown, safe to print. Lines that are too wide are cut. */
export const cropLines = (lines: readonly string[], footer: readonly string[], { columns, rows }: Size): string => {
  const room = Math.max(0, rows - footer.length);
  const hidden = lines.length - room + 1;
  const visible = lines.length <= room ? lines : [...lines.slice(0, Math.max(0, room - 1)), `… ${hidden} more lines`];
  return [...visible, ...footer]
    .map(printable)
    .map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line))
    .join('\n');
};
