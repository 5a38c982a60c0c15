import { expect } from 'chai';
import { lossOf, matchingPlugins } from '../../../admin-ui/src/data/settings/plugins.js';
import type { PluginView } from '../../../src/contract/admin-configuration.js';

const plugin = (name: string, more: Partial<PluginView> = {}): PluginView => ({
  name,
  builtIn: true,
  enabled: true,
  options: {},
  adds: [],
  errors: 0,
  ...more,
});
const PROVIDERS = [
  { id: 'groq', type: 'groq' },
  { id: 'mine', type: 'my-type' },
  { id: 'gemini', type: 'gemini' },
];

describe('What needs a plugin', () => {
  for (const { title, of, providers = [], says = [] } of [
    {
      title: 'the providers of its types',
      of: plugin('a', { adds: ['provider type groq', 'provider type gemini', 'provider type unused'] }),
      providers: ['groq', 'gemini'],
    },
    { title: 'nothing, if no provider has its type', of: plugin('a', { adds: ['provider type my'] }) },
    {
      title: 'pages, for the request log',
      of: plugin('a', { adds: ['hook afterResponse', 'request log'] }),
      says: [/Requests and Usage/],
    },
    {
      title: 'programs, for protocols and routes',
      of: plugin('a', { adds: ['protocol x at /api/chat', 'route GET /metrics'] }),
      says: [/\/api\/chat, GET \/metrics/],
    },
    { title: 'limits, for what reads them', of: plugin('a', { adds: ['hook onRateLimitHeaders'] }), says: [/headers/] },
    {
      title: 'limits of the configuration, for the built-in that keeps them',
      of: plugin('manual-limits'),
      says: [/no longer count/],
    },
    { title: 'nothing, for a plugin of the user with that name', of: plugin('manual-limits', { builtIn: false }) },
    { title: 'nothing, for a plugin that only looks on', of: plugin('a', { adds: ['hook afterResponse'] }) },
  ] as { title: string; of: PluginView; providers?: string[]; says?: RegExp[] }[]) {
    it(`is ${title}`, () => {
      const loss = lossOf(of, PROVIDERS);
      expect(loss.providers).to.deep.equal(providers);
      expect(loss.consequences).to.have.length(says.length);
      for (const [place, words] of says.entries()) expect(loss.consequences[place]).to.match(words);
    });
  }
});

describe('The search for plugins', () => {
  const all = [
    plugin('prometheus', { adds: ['route GET /metrics'], description: 'Counts requests.' }),
    plugin('./own/plugin', { builtIn: false, use: './own/plugin' }),
  ];
  for (const [search, names] of [
    ['', ['prometheus', './own/plugin']],
    ['PROM', ['prometheus']],
    ['counts metrics', ['prometheus']],
    ['own', ['./own/plugin']],
    ['metrics own', []],
  ] as const) {
    it(`finds ${names.length} for "${search}"`, () => {
      expect(matchingPlugins(all, search).map(({ name }) => name)).to.deep.equal(names);
    });
  }
});
