import { definePlugin } from '429chain/plugin';

/** Declares the limits that the configuration writes down, of each account and each target. */
export default definePlugin({
  name: 'manual-limits',
  apply(api) {
    api.onReady((targets, providers) => {
      for (const { id, limits } of [...providers, ...targets]) {
        if (limits.length > 0) api.declareLimits(id, limits);
      }
    });
  },
});
