import type { TargetView } from '../../../../src/contract/admin-api.js';
import type { ProviderView } from '../../../../src/contract/admin-configuration.js';
import type {
  HealthFailure,
  HealthHour,
  HealthStep,
  HealthView,
  ProviderHealth,
} from '../../../../src/contract/health.js';
import { counted, numberText, timeText } from '../format.js';

const STEP_MS = 300_000;
const STEPS = 12;

/** A state in a word, and how good it is. */
export interface Standing {
  readonly text: string;
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
}

/** What a target is like now: green only for one that answered when it was asked last. */
export const standingOf = ({ state, probing, until, health }: TargetView): Standing => {
  if (state === 'exhausted') return { text: state, tone: 'warn' };
  if (state === 'unconfigured') return { text: state, tone: 'plain' };
  // Only a refused key is tried again; a disabled provider has the same state.
  if (state === 'disabled')
    return until === undefined ? { text: state, tone: 'plain' } : { text: 'refused', tone: 'bad' };
  if (health?.state === 'failing') return { text: 'failing', tone: 'bad' };
  if (probing === true) return { text: 'checking', tone: 'warn' };
  // `tracking` is an available target whose limits are known.
  return { text: 'available', tone: health?.state === 'working' ? 'good' : 'plain' };
};

/** What a provider, or one of its keys, is like now. */
export const providerStanding = ({ state, health }: Pick<ProviderView, 'state' | 'health'>): Standing => {
  if (state === 'refused') return { text: 'refused', tone: 'bad' };
  if (state !== 'usable') return { text: state, tone: 'plain' };
  switch (health.state) {
    case 'working':
      return { text: 'working', tone: 'good' };
    case 'failing':
      return { text: 'failing', tone: 'bad' };
    case 'limited':
      return { text: 'limit reached', tone: 'warn' };
    case 'unknown':
      return { text: health.check?.state === 'ok' ? 'reachable' : 'not used yet', tone: 'plain' };
  }
};

/** `14:03:07: 401, Incorrect API key`. */
export const failureText = ({ at, status, reason }: HealthFailure, now = Date.now()): string => {
  const words = [...(status === undefined ? [] : [String(status)]), ...(reason === '' ? [] : [reason])];
  return `${timeText(at, now)}: ${words.length === 0 ? 'no message' : words.join(', ')}`;
};

/** When the last answer came: `Last answer at 14:03:07`, `No answer yet`. */
export const successText = ({ lastSuccessAt }: Pick<HealthView, 'lastSuccessAt'>, now = Date.now()): string =>
  lastSuccessAt === undefined ? 'No answer yet' : `Last answer at ${timeText(lastSuccessAt, now)}`;

/** What went wrong last, if it is what counts now: the last check or the last attempt. Empty if nothing did. */
export const problemText = (
  health: Pick<HealthView, 'state' | 'lastFailure'> & Pick<ProviderHealth, 'check'>,
  now = Date.now(),
): string => {
  const { state, lastFailure, check } = health;
  if (state !== 'failing') return '';
  const checkedLast = check !== undefined && check.state !== 'ok' && check.at > (lastFailure?.at ?? 0);
  if (checkedLast) return `${timeText(check.at, now)}: ${check.detail === '' ? check.state : check.detail}`;
  return lastFailure === undefined ? '' : failureText(lastFailure, now);
};

/** `58 of 60 answered (97 %), 1 failed, 1 hit a limit`. */
export const hourText = ({ served, failed, limited }: HealthHour): string => {
  const all = served + failed + limited;
  if (all === 0) return 'No attempts in the last hour';
  const others = [
    ...(failed === 0 ? [] : [`${numberText(failed)} failed`]),
    ...(limited === 0 ? [] : [`${numberText(limited)} hit a limit`]),
  ];
  const rate = `${Math.floor((served / all) * 100)} %`;
  return [`${numberText(served)} of ${counted(all, 'attempt')} answered (${rate})`, ...others].join(', ');
};

/** The twelve steps of the last hour, the earliest first; those without attempts are empty. */
export const stepsOf = ({ steps }: HealthHour, now: number): readonly (HealthStep | undefined)[] => {
  const last = now - (now % STEP_MS);
  return Array.from({ length: STEPS }, (_, index) =>
    steps.find(({ at }) => at === last - (STEPS - 1 - index) * STEP_MS),
  );
};
