import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How often it looks whether 429chain answers again. */
const AGAIN_MS = 1_000;

/** A page whose script could not be loaded. */
export interface MissingPage {
  readonly title: string;
  readonly href: string;
  /** 429chain answers, but no longer has the script: it was upgraded. */
  readonly outdated: boolean;
}

let missing: MissingPage | undefined;
const listeners = new Set<() => void>();

const tell = (page: MissingPage | undefined): void => {
  missing = page;
  for (const listener of listeners) listener();
};

/** Counts visits: a later one ends the attempts of those before it. */
let visits = 0;

/**
 * Loads the script of a page. While that fails, the page before it stays, with its unsaved changes, and `MissingPageController`
 * tells its host. It is loaded as soon as 429chain answers; if 429chain was upgraded, the whole admin is loaded again, unless
 * that would discard unsaved changes.
 */
export const loadPage = async (load: () => Promise<unknown>, title: string, href: string): Promise<void> => {
  const visit = ++visits;
  tell(undefined);
  for (;;) {
    try {
      await load();
      if (visit === visits) tell(undefined);
      return;
    } catch {
      if (visit !== visits) return;
      const outdated = await isAnswering();
      if (visit !== visits) return;
      tell({ title, href, outdated });
      if (outdated && mayLeave()) location.assign(href);
      if (outdated) return new Promise(() => {});
      while (!(await isAnswering())) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
};

const isAnswering = async (): Promise<boolean> => {
  const response = await fetch('/health', { cache: 'no-store' }).catch(() => undefined);
  return response !== undefined;
};

/** Pages with unsaved changes cancel `beforeunload`. */
export const mayLeave = (): boolean => window.dispatchEvent(new Event('beforeunload', { cancelable: true }));

/** Renders its host again when a page cannot be loaded, and when it can. */
export class MissingPageController implements ReactiveController {
  readonly #listener: () => void;

  constructor(host: ReactiveControllerHost) {
    this.#listener = () => host.requestUpdate();
    host.addController(this);
  }

  get page(): MissingPage | undefined {
    return missing;
  }

  hostConnected(): void {
    listeners.add(this.#listener);
  }

  hostDisconnected(): void {
    listeners.delete(this.#listener);
  }
}
