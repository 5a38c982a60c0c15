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
      must(state === 'ok' && detail === '', `The list is not understood: ${state}, ${detail}`);
      same('The list of ids', models.map(({ id }) => id).sort(), ids.sort());
    },
  },
  {
    name: 'says that its key is refused',
    run: async (bench) => {
      bench.upstream.always(bench.refuses(401, 'Invalid API key.'));
      const { state, detail } = await bench.models();
      must(state === 'key refused', `It says "${state}" (${detail}) for a 401.`);
    },
  },
];
