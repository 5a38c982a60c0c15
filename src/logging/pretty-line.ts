import { printable } from './printable.js';

/** A log event. */
export interface LoggedEvent {
  readonly level: string;
  /** ISO 8601. */
  readonly time: string;
  readonly msg: string;
}

/** The label before the message. The level `info` needs none. */
const LABELS: Readonly<Record<string, readonly [label: string, colour: number]>> = {
  debug: ['debug: ', 90],
  warn: ['warning: ', 33],
  error: ['error: ', 31],
};
const GREY = 90;

/** Formats an event for people: the local time of day and the message. */
export const prettyLine = ({ level, time, msg }: LoggedEvent, colours: boolean): string => {
  const coloured = (text: string, colour: number): string => (colours ? `\x1b[${colour}m${text}\x1b[39m` : text);
  const [label, colour] = LABELS[level] ?? ['', GREY];
  const clock = new Date(time).toTimeString().slice(0, 8);
  return `${coloured(clock, GREY)} ${label === '' ? '' : coloured(label, colour)}${messageText(msg)}\n`;
};

/** Indents further lines and escapes control characters, so that a provider's message cannot imitate log lines. */
const messageText = (text: string): string => printable(text.replaceAll(/\r?\n/g, '\n         '));
