import { loadedPlugins } from '../host/plugin-files.js';
import { heldResources } from '../host/resources.js';

/** How long the process may take to end by itself once its work is done. */
const ENDING_MS = 1_000;

/** Ends the process after `ENDING_MS` if something that plugins opened keeps it alive, and says what. */
export const endDespitePlugins = (say: (sentence: string) => void): void => {
  const plugins = loadedPlugins();
  if (plugins.length === 0) return;
  // The process ends by itself before this if nothing holds it.
  setTimeout(() => {
    say(`429chain ends although a plugin still holds the process: ${heldResources(plugins)}`);
    process.exit();
  }, ENDING_MS).unref();
};
