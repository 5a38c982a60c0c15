import type { ProviderTrial } from '../../../../src/contract/models.js';
import { counted } from '../format.js';

/** The words for the results of a provider test. */
const WORDS: Readonly<Record<ProviderTrial['state'], string>> = {
  ok: 'It works.',
  'no list': 'It answers, but lists no models. Type their ids.',
  'at its limit': 'The key is good, but the account is at its limit for now.',
  'key refused': 'The provider refuses this key. Is it complete, and from this provider?',
  failing: 'The provider answers with an error. Try again later.',
  unreachable: 'Nothing answers at this address.',
  unconfigured: 'There is no key yet.',
  disabled: 'It is disabled.',
  'not asked': 'It could not be tested.',
};

/** The result of a test in words, with the provider's own message. */
export const trialWords = ({ state, detail, keyUntried = false, models }: ProviderTrial): string => {
  const free = models.filter((model) => model.free === true).length;
  const count =
    models.length === 0
      ? ''
      : `${counted(models.length, 'model')}${free === 0 ? '' : free === models.length ? ', all of them free' : `, ${free} of them free`}.`;
  const untried = keyUntried ? 'The list is public: only a prompt shows whether the key works.' : '';
  const words = keyUntried && state === 'ok' ? 'It answers.' : WORDS[state];
  return [words, count, untried, state === 'ok' ? '' : sentence(detail)].filter((part) => part !== '').join(' ');
};

/** The provider can be used: its models can be chosen or typed. */
export const isUsable = ({ state }: ProviderTrial): boolean =>
  state === 'ok' || state === 'no list' || state === 'at its limit';

const sentence = (text: string): string => {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  // An address stays as it is.
  const first = /^https?:/.test(trimmed) ? trimmed.charAt(0) : trimmed.charAt(0).toUpperCase();
  return `${first}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`;
};
