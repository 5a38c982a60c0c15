import { durationOf } from '../../plugin/readers/headers/headers.js';
import { faultOfProxy } from '../proxy.js';
import { type Check, finding, pathsOf, textAt } from './checked-configuration.js';
import type { Finding } from './finding.js';
import { expectationAt } from './own-schema.js';

interface DurationRule {
  readonly pattern: string;
  readonly mayBeZero: boolean;
  readonly max: string;
}

/** Node's timers fire at once beyond 2^31 ms, a little less than 25 days. */
const LONGEST_TIMER = '24d';

const DURATION_RULES: readonly DurationRule[] = [
  { pattern: 'chains.*.maxWait', mayBeZero: true, max: LONGEST_TIMER },
  { pattern: 'chains.*.patience', mayBeZero: true, max: LONGEST_TIMER },
  ...['providers.*', 'chains.*', 'chains.*.*', 'chains.*.targets.*'].flatMap((owner) => [
    { pattern: `${owner}.timeouts.*`, mayBeZero: false, max: LONGEST_TIMER },
    { pattern: `${owner}.limits.*.per`, mayBeZero: false, max: '366d' },
  ]),
];

const expectedDuration = (text: string, { mayBeZero, max }: DurationRule): string | undefined => {
  const ms = durationOf(text);
  if (ms === undefined) return expectationAt('#/$defs/duration');
  if (ms === 0 && !mayBeZero) return 'Expected more than zero.';
  return ms > (durationOf(max) ?? 0) ? `Expected at most '${max}'.` : undefined;
};

const isHttpUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** Finds durations that are invalid, too short or too long. */
export const checkDurations: Check = (configuration) =>
  DURATION_RULES.flatMap((rule) =>
    pathsOf(configuration.resolved, rule.pattern).flatMap((path): Finding[] => {
      const text = textAt(configuration.resolved, path);
      const expected = text === undefined ? undefined : expectedDuration(text, rule);
      return expected === undefined ? [] : [finding(configuration, path, `. ${expected}`)];
    }),
  );

/** Headers can carry printable ASCII. A leading quote comes from a `.env` value whose quotes are not closed. */
const KEY = /^(?!["'`])[\x21-\x7e]+$/;

const PROVIDER_KEYS = ['providers.*.apiKey', 'providers.*.apiKeys.*', 'providers.*.apiKeys.*.key'];

/** Finds keys that were not pasted completely, such as `gsk_…`. The message never contains the key. */
export const checkKeys: Check = (configuration) =>
  PROVIDER_KEYS.flatMap((pattern) => pathsOf(configuration.resolved, pattern)).flatMap((path): Finding[] => {
    const text = textAt(configuration.resolved, path)?.trim();
    if (text === undefined || text === '' || KEY.test(text)) return [];
    const invalid = [...text].find((letter) => !KEY.test(letter)) ?? '';
    return [
      finding(
        configuration,
        path,
        `, and contains '${invalid}', which is not valid in a key. Expected the whole key, as the provider shows it.`,
      ),
    ];
  });

/** The endpoint, which documentation often shows instead of the base URL. */
const ENDPOINT = /\/chat\/completions\/*(?:[?#]|$)/;

/** The paths of all keys. */
const KEYS = [...PROVIDER_KEYS, 'server.apiKeys.*', 'server.apiKeys.*.key', 'server.adminKey'];

/** Finds names of variables in place of keys, such as `$GROQ_API_KEY` without braces. */
export const checkVariableNames: Check = (configuration) =>
  KEYS.flatMap((pattern) => pathsOf(configuration.resolved, pattern)).flatMap((path): Finding[] => {
    const text = textAt(configuration.resolved, path)?.trim() ?? '';
    if (/^\$[A-Za-z_]\w*$/.test(text)) {
      return [finding(configuration, path, ', which looks like a variable without braces. Expected ${NAME}.')];
    }
    if (/^\$\{.*\}$/.test(text)) {
      const rest =
        ', and its value is the name of a variable, which 429chain does not read again. Expected the key itself.';
      return [finding(configuration, path, rest)];
    }
    return [];
  });

/** Finds base URLs that are not URLs, or that include the endpoint. */
export const checkBaseUrls: Check = (configuration) =>
  pathsOf(configuration.resolved, 'providers.*.baseUrl').flatMap((path): Finding[] => {
    const text = textAt(configuration.resolved, path);
    if (text === undefined) return [];
    if (!isHttpUrl(text)) {
      return [finding(configuration, path, ", which is not a URL. Expected one such as 'http://127.0.0.1:11434/v1'.")];
    }
    if (!ENDPOINT.test(text)) return [];
    return [finding(configuration, path, ". Expected it without '/chat/completions', which 429chain adds.")];
  });

/** Finds proxies that 429chain cannot use. */
export const checkProxies: Check = (configuration) =>
  pathsOf(configuration.resolved, 'providers.*.proxy').flatMap((path): Finding[] => {
    const text = textAt(configuration.resolved, path);
    const fault = text === undefined ? undefined : faultOfProxy(text);
    return fault === undefined ? [] : [finding(configuration, path, `. ${fault}`)];
  });
