import { Router } from '@vaadin/router';
import { toast } from '../components/common/toast-host.js';
import { appearance, DENSITIES, setAppearance, THEMES } from '../data/browser/appearance.js';
import { copyText } from '../data/browser/clipboard.js';
import { NAME_OF_CHAIN } from '../data/chains/chains.js';
import type { Entry } from '../data/palette/find-entries.js';
import { call } from '../data/server/client.js';
import { NAVIGATION } from '../routes.js';
import '../components/dialogs/name-dialog.js';

/** What the palette offers without asking the server: every page, and what can be done from anywhere. */
export const paletteEntries = (signOut: () => Promise<void>): readonly Entry[] => [
  ...NAVIGATION.map(({ path, title }): Entry => ({ kind: 'Pages', text: title, does: `/admin${path}` })),
  { kind: 'Pages', text: 'Welcome', words: 'first steps setup guide', does: '/admin/welcome' },
  ...ACTIONS.map((action): Entry => ({ kind: 'Actions', ...action })),
  ...appearanceEntries(),
  { kind: 'Actions', text: 'Sign out', words: 'log out leave', does: signOut },
];

const baseUrl = (): string => `${location.origin}/v1`;

const copyBaseUrl = async (): Promise<void> => {
  await copyText(baseUrl());
  toast({ text: `${baseUrl()} is copied.` });
};

/** Asks for the name of a new chain, and opens its page. */
const newChain = async (): Promise<void> => {
  const { chains } = await call('GET /chains');
  const dialog = document.createElement('name-dialog');
  Object.assign(dialog, {
    heading: 'New chain',
    yes: 'Choose its targets',
    hint: 'Requests name the chain as their model.',
    pattern: NAME_OF_CHAIN,
    value: chains.length === 0 ? 'default' : '',
    taken: chains.map(({ name }) => name),
  });
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('named', (event) => {
    dialog.remove();
    Router.go(`/admin/chains/${encodeURIComponent((event as CustomEvent<string>).detail)}?new`);
  });
  document.body.append(dialog);
};

const ACTIONS: readonly Omit<Entry, 'kind'>[] = [
  { text: 'New chain', words: 'add create', does: newChain },
  { text: 'Add a provider', words: 'new create key account', does: '/admin/welcome?step=type' },
  { text: 'Copy the base URL', words: 'address endpoint openai', detail: baseUrl(), does: copyBaseUrl },
  { text: 'Create a client key', words: 'new add api token', does: '/admin/settings?section=keys' },
  {
    text: 'Edit the configuration',
    words: 'file text json5 export import',
    does: '/admin/settings?section=configuration',
  },
];

/** One entry for each theme and density that is not in use. */
const appearanceEntries = (): readonly Entry[] => {
  const now = appearance();
  const themes = THEMES.filter((theme) => theme !== now.theme).map(
    (theme): Entry => ({
      kind: 'Actions',
      text: `Switch theme: ${theme}`,
      words: 'appearance colour mode',
      does: () => setAppearance({ theme }),
    }),
  );
  const densities = DENSITIES.filter((density) => density !== now.density).map(
    (density): Entry => ({
      kind: 'Actions',
      text: `Switch density: ${density}`,
      words: 'appearance size spacing',
      does: () => setAppearance({ density }),
    }),
  );
  return [...themes, ...densities];
};
