import { readFileSync } from 'node:fs';
import type { Outcome } from '429chain/plugin';
import { expect } from 'chai';
import { ADMIN_KEY, type Scrape, scrape } from '../plugins/prometheus/scrape.js';
import { API_KEY, chainOver, startProxy } from '../proxy.js';
import { ScriptedUpstream } from '../scripted-upstream.js';
import { blocksOf, ROOT, readPage } from './pages.js';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly schemaVersion: number;
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[];
  };
}

/** Labels that Prometheus adds itself. */
const SCRAPED = ['job', 'instance'];

const dashboardOf = (name: string): Dashboard =>
  JSON.parse(readFileSync(`${ROOT}docs/grafana/${name}.json`, 'utf8')) as Dashboard;
const DASHBOARDS = ['429chain', '429chain-fleet'].map((name) => [name, dashboardOf(name)] as const);

/** Something of everything that is counted. */
const withEverything = (outcome: Outcome): Outcome => ({ ...outcome, waitedMs: 100, firstTokenMs: 100, resumed: 1 });

/** Metrics that an expression names, each with the labels that it is filtered by. */
const selectorsOf = (expr: string): { name: string; labels: string[] }[] =>
  [...expr.matchAll(/\b((?:chain429|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', filter = '']) => ({
    name,
    labels: [...filter.matchAll(/(\w+)(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));

/** Labels that an expression groups by, or that a legend shows. */
const groupsOf = (expr: string): string[] =>
  [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/, */));

describe('docs/monitoring.md and its dashboards', () => {
  let exported: Scrape;
  /** Series as they are exported, `name_bucket` among them, with their labels. */
  const labelsOf = new Map<string, Set<string>>();

  before(async () => {
    const upstream = await ScriptedUpstream.start();
    const proxy = await startProxy({
      ...chainOver([upstream], {}, { limits: [{ requests: 10, per: '1h' }] }),
      server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY },
    });
    const { host } = proxy.app.runtime;
    const seen = new Promise<Outcome>((resolve) => host.hooks.afterResponse.tap('test', resolve));
    await (await proxy.post({ messages: [{ role: 'user', content: 'Hello' }] })).text();
    await host.hooks.afterResponse.promise(withEverything(await seen));
    exported = await scrape(proxy);
    for (const line of exported.text.split('\n')) {
      const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
      if (name === undefined) continue;
      const known = labelsOf.get(name) ?? new Set<string>();
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
      labelsOf.set(name, known);
    }
    await Promise.all([proxy.close(), upstream.close()]);
  });

  /** What is wrong with an expression; empty where it asks for what there is. */
  const faultsIn = (expr: string): string[] => {
    const selectors = selectorsOf(expr);
    const known = new Set(selectors.flatMap(({ name }) => [...(labelsOf.get(name) ?? [])]));
    return [
      ...(selectors.length === 0 ? ['no metric'] : []),
      ...selectors.filter(({ name }) => !labelsOf.has(name)).map(({ name }) => `no metric ${name}`),
      ...selectors.flatMap(({ name, labels }) =>
        labels
          .filter((label) => !labelsOf.get(name)?.has(label) && !SCRAPED.includes(label))
          .map((label) => `${name} has no label ${label}`),
      ),
      ...groupsOf(expr)
        .filter((label) => !known.has(label) && !SCRAPED.includes(label))
        .map((label) => `there is no label ${label} to group by`),
    ];
  };

  it('lists every metric of ours with its kind and its labels', () => {
    const rows = [...readPage('monitoring.md').matchAll(/^\| `(\w+)` *\| (\w+) *\| ([^|]*)\|/gm)];
    const told = rows.map(([, name, kind, labels = '']) => [
      name,
      kind,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).sort(),
    ]);
    const really = [...exported.types]
      .filter(([name]) => name.startsWith('chain429_'))
      .map(([name, kind]) => [
        name,
        kind,
        [...(labelsOf.get(kind === 'histogram' ? `${name}_sum` : name) ?? [])].sort(),
      ]);
    expect(really).to.have.length.above(15);
    expect(told).to.have.deep.members(really);
  });

  it('names metrics of the process that there are', () => {
    const named = [...readPage('monitoring.md').matchAll(/`((?:process|nodejs)_\w+)`/g)].map(([, name = '']) => name);
    expect(named).to.have.length.above(1);
    expect(named.filter((name) => !labelsOf.has(name))).to.deep.equal([]);
  });

  it('shows alerts on what is exported', () => {
    const blocks = ['monitoring.md', 'scale.md'].flatMap((page) => blocksOf(page, 'promql'));
    expect(blocks).to.have.length.above(3);
    expect(blocks.flatMap(({ text }) => faultsIn(text))).to.deep.equal([]);
  });

  it('asks only for metrics and labels that are exported', () => {
    const panels = DASHBOARDS.flatMap(([, dashboard]) => dashboard.panels);
    const wrong = panels.flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ expr, legendFormat }) => [
        ...faultsIn(expr).map((fault) => `${title}: ${fault}`),
        ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)]
          .filter(([, label = '']) => !groupsOf(expr).includes(label))
          .map(([, label]) => `${title}: its legend shows ${label}, by which nothing is grouped`),
      ]),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('shows every metric of ours somewhere', () => {
    const shown = new Set(
      DASHBOARDS.flatMap(([, { panels }]) => panels).flatMap(({ targets = [] }) =>
        targets.flatMap(({ expr }) => selectorsOf(expr).map(({ name }) => name)),
      ),
    );
    const missing = [...exported.types.keys()]
      .filter((name) => name.startsWith('chain429_'))
      .filter((name) => ![name, `${name}_bucket`].some((each) => shown.has(each)));
    expect(missing).to.deep.equal([]);
  });

  for (const [name, dashboard] of DASHBOARDS) {
    it(`has a dashboard with a data source to choose, whose panels have ids and places of their own: ${name}`, () => {
      expect(dashboard.schemaVersion).to.be.at.least(38);
      expect(dashboard.uid).to.match(/^[\w-]{8,40}$/);
      const { list } = dashboard.templating;
      expect(list.map(({ name, type }) => `${name} ${type}`)).to.deep.equal([
        'datasource datasource',
        'job query',
        'instance query',
      ]);
      const ids = dashboard.panels.map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
      const taken = new Set<string>();
      for (const { title, type, datasource, gridPos, targets = [] } of dashboard.panels) {
        const { x, y, w, h } = gridPos;
        expect(x + w, title).to.be.at.most(24);
        for (let column = x; column < x + w; column++)
          for (let row = y; row < y + h; row++) {
            expect(taken.has(`${column} ${row}`), `${title} lies over another panel`).to.equal(false);
            taken.add(`${column} ${row}`);
          }
        if (type === 'row') continue;
        expect(datasource?.uid, title).to.equal('${datasource}');
        expect(targets, title).to.have.length.above(0);
        for (const { expr } of targets) {
          const variables = [...expr.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name);
          expect(['datasource', 'job', 'instance', '__rate_interval'], title).to.include.members(variables);
          expect(variables, title).to.include.members(['job', 'instance']);
        }
      }
    });
  }

  it('has dashboards with ids of their own', () => {
    expect(new Set(DASHBOARDS.map(([, { uid }]) => uid)).size).to.equal(DASHBOARDS.length);
  });
});
