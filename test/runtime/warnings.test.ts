import { expect } from 'chai';
import type { Plugin, UnitStore } from '../../src/plugin/index.js';
import { startProxy } from '../proxy.js';

/** A store that cannot be reached. */
const AWAY: UnitStore = {
  name: 'redis://192.0.2.1:6379',
  connected: false,
  replicas: 1,
  hold: () => Promise.reject(new Error('away')),
  counts: () => Promise.reject(new Error('away')),
  known: () => Promise.reject(new Error('away')),
  report: () => {},
  end: () => {},
  share: () => {},
  endCooldown: () => {},
  reset: () => {},
  onEvent: () => () => {},
};

const SHARING: Plugin = { name: 'sharing', apply: (api) => api.provideUnitStore(() => AWAY) };

describe('The warning about the keys of replicas', () => {
  const rows: readonly (readonly [
    what: string,
    server: object,
    plugins: readonly Plugin[],
    warns: RegExp | undefined,
  ])[] = [
    ['no key is set', { apiKeys: [] }, [SHARING], /but `server\.apiKeys` and `server\.adminKey` are not set: each/],
    ['no admin key is set', { apiKeys: ['k'] }, [SHARING], /but `server\.adminKey` is not set: each replica/],
    ['no client key is set', { apiKeys: [], adminKey: 'a' }, [SHARING], /but `server\.apiKeys` is not set: each/],
    ['all keys are set', { apiKeys: ['k'], adminKey: 'a' }, [SHARING], undefined],
    ['no ledger is shared', { apiKeys: [] }, [], undefined],
  ];

  for (const [what, server, plugins, warns] of rows) {
    it(`${warns === undefined ? 'is absent' : 'is logged'} if ${what}`, async () => {
      const proxy = await startProxy({ server, providers: {}, chains: {} }, { plugins });
      const warnings = proxy.log.lines.filter((line) => line.includes('shared with other replicas'));
      await proxy.close();
      expect(warnings).to.have.length(warns === undefined ? 0 : 1);
      if (warns !== undefined) expect(warnings[0]).to.match(warns);
    });
  }
});
