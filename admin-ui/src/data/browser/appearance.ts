import type { ReactiveController, ReactiveControllerHost } from 'lit';

export const THEMES = ['system', 'light', 'dark'] as const;
export const DENSITIES = ['comfortable', 'compact'] as const;

export type Theme = (typeof THEMES)[number];
export type Density = (typeof DENSITIES)[number];

/** How the admin looks in this browser. */
export interface Appearance {
  /** `system`: as the operating system is set. */
  readonly theme: Theme;
  readonly density: Density;
}

/** The first value of each is the default, which is not kept. `public/appearance.js` reads what is kept. */
const VALUES: { readonly [K in keyof Appearance]: readonly Appearance[K][] } = { theme: THEMES, density: DENSITIES };
const NAMES = Object.keys(VALUES) as (keyof Appearance)[];
const keyOf = (name: keyof Appearance): string => `429chain.${name}`;

const listeners = new Set<() => void>();
const dark = matchMedia('(prefers-color-scheme: dark)');

const chosen = <K extends keyof Appearance>(name: K): Appearance[K] => {
  const values: readonly Appearance[K][] = VALUES[name];
  return values.find((value) => value === document.documentElement.dataset[name]) ?? (values[0] as Appearance[K]);
};

export const appearance = (): Appearance => ({ theme: chosen('theme'), density: chosen('density') });

/** Changes how this tab looks, and keeps it for the next visit. */
export const setAppearance = (change: Partial<Appearance>): void => {
  for (const name of NAMES) {
    const value = change[name];
    if (value === undefined) continue;
    apply(name, value);
    try {
      if (value === VALUES[name][0]) localStorage.removeItem(keyOf(name));
      else localStorage.setItem(keyOf(name), value);
    } catch {
      // A browser that blocks storage keeps it until the tab is closed.
    }
  }
  tell();
};

const apply = (name: keyof Appearance, value: string | null): void => {
  const { dataset } = document.documentElement;
  if (value === null || value === VALUES[name][0]) delete dataset[name];
  else dataset[name] = value;
};

const tell = (): void => {
  for (const listener of [...listeners]) listener();
};

/** Another tab changed it. */
const onStorage = ({ key, newValue }: StorageEvent): void => {
  const name = NAMES.find((each) => keyOf(each) === key);
  if (name === undefined) return;
  apply(name, newValue);
  tell();
};

/** Calls `listener` when the theme or the density changes, in this tab, in another one or in the system. @returns a function that stops it */
export const onAppearance = (listener: () => void): (() => void) => {
  if (listeners.size === 0) {
    dark.addEventListener('change', tell);
    window.addEventListener('storage', onStorage);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    dark.removeEventListener('change', tell);
    window.removeEventListener('storage', onStorage);
  };
};

/** Renders its host again when the appearance changes. */
export class AppearanceController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #stop: (() => void) | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stop = onAppearance(() => this.#host.requestUpdate());
  }

  hostDisconnected(): void {
    this.#stop?.();
  }
}
