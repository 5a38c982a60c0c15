import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { toastError } from '../components/common/toast-host.js';

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys that open the palette, as they are written on the keyboard. */
export const PALETTE_KEYS = isMac ? '⌘K' : 'Ctrl K';

/** Opens the palette by its keys or by `open`. Its script is loaded at the first use. */
export class PaletteOpener implements ReactiveController {
  readonly #isAllowed: () => boolean;
  readonly #signOut: () => Promise<void>;
  #isOpen = false;

  constructor(host: ReactiveControllerHost, isAllowed: () => boolean, signOut: () => Promise<void>) {
    this.#isAllowed = isAllowed;
    this.#signOut = signOut;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('keydown', this.#pressed);
  }

  hostDisconnected(): void {
    window.removeEventListener('keydown', this.#pressed);
  }

  readonly open = async (): Promise<void> => {
    if (this.#isOpen || !this.#isAllowed()) return;
    this.#isOpen = true;
    try {
      const [{ paletteEntries }] = await Promise.all([
        import('./palette-actions.js'),
        import('../components/palette/command-palette.js'),
      ]);
      const palette = document.createElement('command-palette');
      palette.entries = paletteEntries(this.#signOut);
      palette.addEventListener('close', () => {
        palette.remove();
        this.#isOpen = false;
      });
      document.body.append(palette);
    } catch {
      this.#isOpen = false;
      toastError(
        new Error('The search cannot be loaded: 429chain does not answer, or was upgraded. Reload this page.'),
      );
    }
  };

  readonly #pressed = (event: KeyboardEvent): void => {
    const isKey = event.key.toLowerCase() === 'k' && (isMac ? event.metaKey : event.ctrlKey);
    if (!isKey || event.altKey || event.shiftKey || !this.#isAllowed()) return;
    event.preventDefault();
    // A dialog keeps what is typed in it.
    if (event.composedPath().some((each) => each instanceof HTMLDialogElement && each.open)) return;
    void this.open();
  };
}
