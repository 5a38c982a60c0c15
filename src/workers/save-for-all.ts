import type { SettingsStore } from '../config/source/store.js';
import type { WorkerLink } from './link.js';

const TOPIC = 'configuration';

/**
 * Lets a save end only when the other workers have read the file again: the next request of the admin may go to any of them. They
 * watch the file too.
 */
export const saveForAll = (store: SettingsStore, workers: WorkerLink): SettingsStore => {
  workers.answer(TOPIC, () => store.refresh());
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'save') {
        return async (...change: Parameters<SettingsStore['save']>) => {
          const saved = await target.save(...change);
          await workers.askOthers(TOPIC);
          return saved;
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};
