import { durationOf } from '../../plugin/readers/headers.js';
import type { Finding } from '../wording.js';
import { type Check, finding, pathsOf, textAt } from './checked-configuration.js';
import { sentenceOf } from './schema.js';

interface Span {
  readonly at: string;
  readonly mayBeZero: boolean;
  readonly most: string;
}

/** Beyond 2^31 ms, a little less than 25 days, a timer of Node fires at once. */
const LONGEST_TIMER = '24d';

const SPANS: readonly Span[] = [
  { at: 'chains.*.maxWait', mayBeZero: true, most: LONGEST_TIMER },
  { at: 'chains.*.patience', mayBeZero: true, most: LONGEST_TIMER },
  ...['providers.*', 'chains.*', 'chains.*.*', 'chains.*.targets.*'].flatMap((owner) => [
    { at: `${owner}.timeouts.*`, mayBeZero: false, most: LONGEST_TIMER },
    { at: `${owner}.limits.*.per`, mayBeZero: false, most: '366d' },
  ]),
];

const expectedSpan = (text: string, { mayBeZero, most }: Span): string | undefined => {
  const span = durationOf(text);
  if (span === undefined) return sentenceOf('#/$defs/duration');
  if (span === 0 && !mayBeZero) return 'Expected more than nothing.';
  return span > (durationOf(most) ?? 0) ? `Expected '${most}' at most.` : undefined;
};

const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** Spans of time that are too short or too long to be used. */
export const checkSpans: Check = (subject) =>
  SPANS.flatMap((span) =>
    pathsOf(subject.resolved, span.at).flatMap((path): Finding[] => {
      const text = textAt(subject.resolved, path);
      const expected = text === undefined ? undefined : expectedSpan(text, span);
      return expected === undefined ? [] : [finding(subject, path, `. ${expected}`)];
    }),
  );

/** Printable ASCII is all that a header can carry. A quote in front is one of `.env` that nothing closes. */
const KEY = /^(?!["'`])[\x21-\x7e]+$/;

/** Keys that were not pasted whole, such as `gsk_…`. The key itself is not repeated. */
export const checkKeys: Check = (subject) =>
  pathsOf(subject.resolved, 'providers.*.apiKey').flatMap((path): Finding[] => {
    const text = textAt(subject.resolved, path)?.trim();
    if (text === undefined || text === '' || KEY.test(text)) return [];
    const stranger = [...text].find((letter) => !KEY.test(letter)) ?? '';
    return [
      finding(
        subject,
        path,
        `, and holds '${stranger}', which no key has. Expected the whole key as the provider shows it.`,
      ),
    ];
  });

/** What documentation shows where a base URL is asked for. */
const ENDPOINT = /\/chat\/completions\/*$/;

/** What may be a key, of a provider or of ours. */
const KEYS = ['providers.*.apiKey', 'server.apiKeys.*', 'server.apiKeys.*.key', 'server.adminKey'];

/** Names of variables that are taken for keys, as `$GROQ_API_KEY` without braces. What is found is not repeated. */
export const checkVariableNames: Check = (subject) =>
  KEYS.flatMap((pattern) => pathsOf(subject.resolved, pattern)).flatMap((path): Finding[] => {
    const text = textAt(subject.resolved, path)?.trim() ?? '';
    if (/^\$[A-Za-z_]\w*$/.test(text)) {
      return [finding(subject, path, ', the name of a variable without braces. Expected ${NAME}.')];
    }
    if (/^\$\{.*\}$/.test(text)) {
      const rest =
        ', and its variable holds the name of another, which is not read again. Expected the key itself there.';
      return [finding(subject, path, rest)];
    }
    return [];
  });

/** Base URLs that are no addresses, or go too far, once their variables are read. */
export const checkBaseUrls: Check = (subject) =>
  pathsOf(subject.resolved, 'providers.*.baseUrl').flatMap((path): Finding[] => {
    const text = textAt(subject.resolved, path);
    if (text === undefined) return [];
    if (!isWebAddress(text)) {
      return [finding(subject, path, ", which is no address. Expected one such as 'http://127.0.0.1:11434/v1'.")];
    }
    if (!ENDPOINT.test(text)) return [];
    return [finding(subject, path, ". Expected it without '/chat/completions', which 429chain adds itself.")];
  });
