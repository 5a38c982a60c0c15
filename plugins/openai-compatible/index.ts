import { definePlugin, readErrorBody, readFailure } from '429chain/plugin';
import { repairsIn } from './repairs.js';
import { RULES } from './rules.js';

/** Any server that speaks OpenAI's protocol; also reads the failures that no other provider type spoke for. */
export default definePlugin({
  name: 'openai-compatible',
  apply(api) {
    api.addProviderType('openai-compatible', {});
    api.hooks.onError.tap({ name: 'openai-compatible', stage: 100 }, (failure) => {
      const verdict = readFailure(failure, RULES);
      if (verdict?.class !== 'bad_request') return verdict;
      const repairs = repairsIn(readErrorBody(failure.body ?? failure.message));
      return repairs.length === 0 ? verdict : { ...verdict, repairs };
    });
  },
});
