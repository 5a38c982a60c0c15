import { printable } from './printable.js';

/** An event as pino wrote it. */
export interface LoggedEvent {
  readonly level: string;
  /** ISO 8601. */
  readonly time: string;
  readonly msg: string;
}

/** What stands in front of the sentence. Most lines are news and need no word. */
const LABELS: Readonly<Record<string, readonly [label: string, colour: number]>> = {
  debug: ['debug: ', 90],
  warn: ['warning: ', 33],
  error: ['error: ', 31],
};
const GREY = 90;

/** A line for a person: the time of day, here where it is read, and the sentence. */
export const prettyLine = ({ level, time, msg }: LoggedEvent, colours: boolean): string => {
  const coloured = (text: string, colour: number): string => (colours ? `\x1b[${colour}m${text}\x1b[39m` : text);
  const [label, colour] = LABELS[level] ?? ['', GREY];
  const clock = new Date(time).toTimeString().slice(0, 8);
  return `${coloured(clock, GREY)} ${label === '' ? '' : coloured(label, colour)}${shown(msg)}\n`;
};

/** A provider's words may try to steer the terminal, or to look like a line of ours. */
const shown = (text: string): string => printable(text.replaceAll(/\r?\n/g, '\n         '));
