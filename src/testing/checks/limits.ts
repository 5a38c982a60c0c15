import type { LimitHeaders } from '../api-shape.js';
import { HELLO, must, SPARE_TEXT } from '../bench.js';
import { type Check, choiceOf, messageOf, same } from './check.js';

/** Checks that a quota is read from its headers and respected. */
export const checksOfLimit = (limit: LimitHeaders): readonly Check[] => {
  const { dimension, window } = limit;
  const what = `${dimension}${window === undefined ? '' : ` per ${window}`}`;
  return [
    {
      name: `reads the remaining quota from headers: ${what}`,
      run: async (bench) => {
        bench.upstream.always(bench.answers(HELLO, { headers: limit.headers(77) }));
        choiceOf(await bench.ask());
        const { quotas } = bench.status;
        const known = quotas.map((each) => `${each.dimension} per ${each.window ?? 'no window'}: ${each.remaining}`);
        const found = quotas.find((each) => each.dimension === dimension && each.window === window);
        must(found !== undefined, `This quota is unknown. Known: ${known.join(', ') || 'none'}.`);
        const { remaining = Number.NaN } = found;
        must(Math.floor(remaining) === 77, `The remaining quota is ${remaining}, but the headers report 77.`);
      },
    },
    {
      name: `is skipped while its headers report no remaining quota: ${what}`,
      run: async (bench) => {
        bench.upstream.always(bench.answers(HELLO, { headers: limit.headers(0) }));
        choiceOf(await bench.ask());
        same('The answer of the next target', messageOf(await bench.ask()).content, SPARE_TEXT);
        same('The number of requests to the provider', bench.upstream.received.length, 1);
      },
    },
  ];
};
