import { definePlugin } from '429chain/plugin';

/** Declares the limits that the configuration sets for providers and targets. */
export default definePlugin({
  name: 'manual-limits',
  description: 'Keeps the limits that the configuration sets for providers and targets.',
  apply(api) {
    api.onReady((targets, providers) => {
      for (const { id, limits } of [...providers, ...targets]) {
        if (limits.length > 0) api.declareLimits(id, limits);
      }
    });
  },
});
