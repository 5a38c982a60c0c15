import type {
  ChainSettingsView,
  ChainTargetView,
  ChainView,
  ProviderView,
  Timeouts,
} from '../../../../src/contract/admin-configuration.js';
import type { Limit } from '../../../../src/contract/quota.js';
import { partsOf } from '../format.js';
import { DEFAULT_TIMEOUTS } from './chain-defaults.js';
import { asWritten, type ChainAsWritten } from './chains.js';

/** A target of a chain while the user edits it. */
export interface DraftTarget {
  /** Identifies the target when it is moved. */
  readonly key: number;
  readonly target: string;
  readonly free?: boolean;
  readonly limits: readonly Limit[];
  readonly timeouts: Timeouts;
}

/** A chain while the user edits it. */
export interface ChainDraft {
  readonly name: string;
  readonly targets: readonly DraftTarget[];
  readonly settings: ChainSettingsView;
}

let lastKey = 0;

export const draftTarget = ({ limits = [], timeouts = {}, ...target }: ChainTargetView): DraftTarget => ({
  key: ++lastKey,
  ...target,
  limits,
  timeouts,
});

/** The draft of a saved or a new chain. */
export const chainDraft = (name: string, written: ChainAsWritten = { targets: [] }): ChainDraft => {
  const { targets, ...settings } = written;
  return { name, targets: targets.map(draftTarget), settings };
};

/** The request body that saves the draft. */
export const toSave = ({ name, targets, settings }: ChainDraft): ChainView => ({
  name,
  targets: targets.map(({ key: _, ...target }) => target),
  ...settings,
});

/** The draft in a form that can be compared with the saved chain. */
export const draftAsWritten = (draft: ChainDraft): ChainAsWritten => asWritten(toSave(draft));

/** The list with the element at `from` moved to `to`. */
export const moved = <T>(list: readonly T[], from: number, to: number): readonly T[] => {
  const element = list[from];
  return element === undefined ? list : list.toSpliced(from, 1).toSpliced(to, 0, element);
};

/** The timeouts that a target inherits. */
export const inheritedTimeouts = (
  { target }: DraftTarget,
  chain: Timeouts,
  providers: readonly ProviderView[],
): Timeouts => {
  const provider = providers.find(({ id }) => id === partsOf(target).provider);
  return { ...DEFAULT_TIMEOUTS, ...provider?.timeouts, ...chain };
};

/** Why a text is not a usable target; empty if it is one. */
export const problemOfTarget = (text: string, providers: readonly ProviderView[]): string => {
  const { provider, model } = partsOf(text);
  if (provider === '' || model === '') return 'Write a provider and a model, such as groq/llama-3.3-70b-versatile.';
  if (providers.some(({ id }) => id === provider)) return '';
  const ids = providers.map(({ id }) => id).join(', ');
  return `There is no provider “${provider}”.${ids === '' ? '' : ` There is: ${ids}.`}`;
};
