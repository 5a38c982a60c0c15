import { must } from '../bench.js';
import { reply } from '../scripted-upstream.js';
import { type Check, same } from './check.js';

export const MODELS: readonly Check[] = [
  {
    name: 'lists its models',
    run: async (bench) => {
      const ids = [bench.model, `${bench.model}-2`];
      bench.upstream.always(reply(200, bench.shape.models(ids)));
      const { state, detail, models } = await bench.models();
      must(state === 'ok' && detail === '', `The list was not recognized: ${state}, ${detail}`);
      same('The list of ids', models.map(({ id }) => id).sort(), ids.sort());
    },
  },
  {
    name: 'reports a rejected key',
    run: async (bench) => {
      bench.upstream.always(bench.fails(401, 'Invalid API key.'));
      const { state, detail } = await bench.models();
      must(state === 'key refused', `The state after a 401 is "${state}" (${detail}).`);
    },
  },
];
