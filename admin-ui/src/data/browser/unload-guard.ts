import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Makes the browser ask before the tab is closed or reloaded while its host has unsaved changes. */
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
