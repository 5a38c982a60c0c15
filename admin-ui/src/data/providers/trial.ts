import type { ProviderTrial } from '../../../../src/contract/models.js';
import { counted } from '../format.js';

/** The words for the results of a provider test. */
const WORDS: Readonly<Record<ProviderTrial['state'], string>> = {
  ok: 'It works.',
  'no list': 'It answers, but lists no models. Their ids must be typed.',
  'at its limit': 'The key is good, but the account is at its limit for now.',
  'key refused': 'The provider refuses this key. Is it whole, and of this provider?',
  failing: 'The provider answers, but with an error of its own. Try again in a while.',
  unreachable: 'Nothing answers at this address.',
  unconfigured: 'There is no key yet.',
  disabled: 'It is switched off.',
  'not asked': 'It could not be asked.',
};

/** The result of a test in words, with the provider's own message. */
export const trialWords = ({ state, detail, keyUntried = false, models }: ProviderTrial): string => {
  const free = models.filter((model) => model.free === true).length;
  const count =
    models.length === 0
      ? ''
      : `${counted(models.length, 'model')}${free === 0 ? '' : free === models.length ? ', all of them free' : `, ${free} of them free`}.`;
  const untried = keyUntried ? 'It shows them to anybody: only a prompt will tell whether the key is good.' : '';
  const words = keyUntried && state === 'ok' ? 'It answers.' : WORDS[state];
  return [words, count, untried, state === 'ok' ? '' : sentence(detail)].filter((part) => part !== '').join(' ');
};

/** The provider can be used: its models can be chosen or typed. */
export const isUsable = ({ state }: ProviderTrial): boolean =>
  state === 'ok' || state === 'no list' || state === 'at its limit';

const sentence = (text: string): string => {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`;
};
