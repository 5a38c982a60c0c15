import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Has the browser ask before the tab is closed or loaded anew, as long as its host has changes that are not saved. */
export class UnloadGuard implements ReactiveController {
  readonly #isChanged: () => boolean;

  constructor(host: ReactiveControllerHost, isChanged: () => boolean) {
    this.#isChanged = isChanged;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('beforeunload', this.#onUnload);
  }

  hostDisconnected(): void {
    window.removeEventListener('beforeunload', this.#onUnload);
  }

  #onUnload = (event: BeforeUnloadEvent): void => {
    if (this.#isChanged()) event.preventDefault();
  };
}
