import { expect } from 'chai';
import type { ModelView } from '../../../src/contract/models.js';
import { type AskForList, ModelCatalog } from '../../../src/engine/models/model-catalog.js';
import type { TargetFacts } from '../../../src/engine/rules/facts.js';
import { Standing } from '../../../src/engine/rules/standing.js';
import type { PreparedProvider } from '../../../src/engine/target.js';
import { TurningClock } from '../../turning-clock.js';

const PROVIDER = { provider: 'one', type: 'a-type', baseUrl: 'https://api.example.com/v1' } as PreparedProvider;
const FACTS: TargetFacts = {
  type: 'a-type',
  providerType: { modelList: { prices: true } },
  model: 'a-model',
  baseUrl: PROVIDER.baseUrl,
  keyless: false,
  stated: {},
};

describe('The lists of models that rules depend on', () => {
  let clock: TurningClock;
  let catalog: ModelCatalog;
  let asked: string[];
  let models: readonly ModelView[] | undefined;

  const ask: AskForList = async ({ provider }) => {
    asked.push(provider);
    return { state: models === undefined ? 'failing' : 'ok', detail: '', ...(models && { models }) };
  };

  beforeEach(() => {
    clock = new TurningClock();
    catalog = new ModelCatalog(clock);
    asked = [];
  });

  afterEach(() => catalog.close());

  it('are read at once, again after an hour, and sooner after a failure', async () => {
    models = [];
    await catalog.keep([PROVIDER, { ...PROVIDER, provider: 'two', baseUrl: 'https://two.example.com/v1' }], ask);
    expect(asked).to.deep.equal(['one', 'two']);
    clock.turn(59 * 60_000);
    await catalog.keep([PROVIDER], ask);
    expect(asked, 'still fresh').to.have.length(2);
    clock.turn(60_000);
    models = undefined;
    await catalog.keep([PROVIDER], ask);
    clock.turn(10 * 60_000);
    await catalog.keep([PROVIDER], ask);
    expect(asked).to.deep.equal(['one', 'two', 'one', 'one']);
  });

  it('are not asked for at a provider that cannot be used', async () => {
    await catalog.keep([{ ...PROVIDER, unusable: { state: 'disabled', reason: 'it is disabled' } }], ask);
    expect(asked).to.deep.equal([]);
  });

  it('change what is known of a target, each time that they are read', async () => {
    const changes: unknown[] = [];
    catalog.onChange(() => changes.push(standing.free.free));
    const standing = new Standing(FACTS, () => catalog.holderOf(PROVIDER));
    expect(standing.free.free).to.equal('unknown');
    for (const free of [true, false]) {
      models = [{ id: 'a-model', free }];
      await catalog.keep([PROVIDER], ask);
      clock.turn(3_600_000);
    }
    expect(changes).to.deep.equal([true, false]);
    expect(standing.barBy({ freeOnly: 'server.free' })?.reason).to.match(
      /^not free: its provider lists it as not free/,
    );
    models = undefined;
    await catalog.keep([PROVIDER], ask);
    expect(standing.free.free, 'the last list counts').to.equal(false);
  });
});
