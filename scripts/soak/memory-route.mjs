/** A plugin of the soaked process: `GET /soak/memory` collects garbage and returns what is left, in bytes. */
export default {
  name: 'soak-memory',
  apply: (api) =>
    api.addRoute({
      method: 'GET',
      path: '/soak/memory',
      key: 'none',
      handle: () => {
        globalThis.gc?.();
        const { heapUsed, external, rss } = process.memoryUsage();
        return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ heapUsed, external, rss }) };
      },
    }),
};
