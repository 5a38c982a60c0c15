import { toastError } from './toast-host.js';

/**
 * Loads the script of an element that is rarely needed. The element may be in the document before: the browser upgrades it
 * then. If it cannot be loaded, a toast says so.
 */
export const onDemand = (load: () => Promise<unknown>): void => {
  const failed = new Error(
    'This part of the admin cannot be loaded: 429chain does not answer, or was upgraded. Reload this page.',
  );
  void load().catch(() => toastError(failed));
};
