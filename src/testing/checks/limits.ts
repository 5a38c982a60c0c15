import type { ToldLimit } from '../api-shape.js';
import { HELLO, must, SPARE_TEXT } from '../bench.js';
import { type Check, choiceOf, messageOf, same } from './check.js';

/** What the provider tells of one quota is known, and heeded. */
export const checksOfLimit = (limit: ToldLimit): readonly Check[] => {
  const { dimension, window } = limit;
  const what = `${dimension}${window === undefined ? '' : ` per ${window}`}`;
  return [
    {
      name: `reads what its headers say is left: ${what}`,
      run: async (bench) => {
        bench.upstream.always(bench.says(HELLO, { headers: limit.headers(77) }));
        choiceOf(await bench.ask());
        const { quotas } = bench.standing;
        const known = quotas.map((each) => `${each.dimension} per ${each.window ?? 'no window'}: ${each.remaining}`);
        const found = quotas.find((each) => each.dimension === dimension && each.window === window);
        must(found !== undefined, `No such quota is known. Known: ${known.join(', ') || 'none'}.`);
        const { remaining = Number.NaN } = found;
        must(Math.floor(remaining) === 77, `What is left is ${remaining}, and the headers say 77.`);
      },
    },
    {
      name: `is not asked while its headers say that nothing is left: ${what}`,
      run: async (bench) => {
        bench.upstream.always(bench.says(HELLO, { headers: limit.headers(0) }));
        choiceOf(await bench.ask());
        same('What the next target of the chain says', messageOf(await bench.ask()).content, SPARE_TEXT);
        same('How often the provider was asked', bench.upstream.received.length, 1);
      },
    },
  ];
};
