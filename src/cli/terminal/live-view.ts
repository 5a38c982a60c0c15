import { setTimeout as pause } from 'node:timers/promises';
import { CommandError } from './command-error.js';

const EVERY_MS = 1_000;
/** A screen of its own without a cursor; and the one of before, as it was. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';

/** The characters and lines of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Shows what `ask` tells every second, and at once when the terminal changes its size, until Ctrl-C. Where there is no
 * terminal, one text is printed behind the other. A proxy that is away for a while is asked again.
 * @throws CommandError when the first answer is none
 */
export const watch = async <T>(ask: () => Promise<T>, show: (told: T, size?: Size) => string): Promise<void> => {
  const { stdout } = process;
  let told = await ask();
  if (!stdout.isTTY) {
    for (;;) {
      console.log(`${show(told)}\n`);
      await pause(EVERY_MS);
      told = await ask();
    }
  }
  let fault: string | undefined;
  // Over what was there, without the flicker of clearing it first.
  const draw = (): void => {
    const size = sizeOf(stdout);
    const text = fault === undefined ? show(told, size) : cropped(fault.split('\n'), [], size);
    stdout.write(`\x1b[H${text.replaceAll('\n', '\x1b[K\n')}\x1b[K\x1b[J`);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(0));
  process.once('exit', () => stdout.write(LEAVE));
  stdout.write(ENTER);
  stdout.on('resize', draw);
  for (;;) {
    draw();
    await pause(EVERY_MS);
    try {
      told = await ask();
      fault = undefined;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      fault = error.message;
    }
  }
};

/** A terminal that does not know its size says 0. */
const sizeOf = ({ columns, rows }: Size): Size => ({
  columns: columns || Number.POSITIVE_INFINITY,
  rows: rows || Number.POSITIVE_INFINITY,
});

/** As many of the lines as the terminal has room for, each cut at its edge; those of the `foot` are shown in any case. */
export const cropped = (lines: readonly string[], foot: readonly string[], { columns, rows }: Size): string => {
  const room = Math.max(0, rows - foot.length);
  const hidden = lines.length - room + 1;
  const shown = lines.length <= room ? lines : [...lines.slice(0, Math.max(0, room - 1)), `… ${hidden} lines more`];
  return [...shown, ...foot]
    .map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line))
    .join('\n');
};
