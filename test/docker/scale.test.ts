import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { parseSettings } from '../../src/config/source/load.js';
import { durationOf } from '../../src/plugin/index.js';
import { ROOT } from '../docs/pages.js';
import type { Compose, Service } from './compose-file.js';

const read = (file: string): string => readFileSync(`${ROOT}${file}`, 'utf8');
const compose = parse(read('docker-compose.scale.yml'), { merge: true }) as Compose;
const caddyfile = read('docker/scale/Caddyfile');
const { services } = compose;
const replicas = Object.entries(services).filter(([name]) => name.startsWith('429chain'));
const serviceOf = (name: string): Service => services[name] as Service;
const networksOf = ({ networks = [] }: Service): readonly string[] =>
  Array.isArray(networks) ? networks : Object.keys(networks);

/** Variables that a replica has, with an example of each value. */
const environmentOf = ({ environment = [] }: Service): Record<string, string> =>
  Object.fromEntries(
    environment
      .map((each) => each.replace(/=.*/, '').replace(/_FILE$/, ''))
      .map((name) => [name, `value-of-${name.toLowerCase().replaceAll('_', '-')}`]),
  );

describe('docker-compose.scale.yml', () => {
  it('runs three replicas that share the configuration, and no data folder', () => {
    expect(replicas.map(([name]) => name)).to.deep.equal(['429chain-1', '429chain-2', '429chain-3']);
    const mounts = replicas.map(([, { volumes = [] }]) => volumes);
    for (const [config] of mounts) expect(config).to.equal('${CHAIN_CONFIG:-./config}:/config');
    expect(new Set(mounts.map(([, data]) => data))).to.have.property('size', 3);
    for (const [, data] of mounts) expect(data).to.match(/^data-\d:\/data$/);
  });

  it('does not let replicas create the configuration at the same time', () => {
    for (const [, { command }] of replicas) expect(command).to.deep.equal(['start']);
  });

  it('has a configuration that is valid with the variables of a replica, and sets all keys', () => {
    const file = '/config/429chain.json5';
    const [, replica] = replicas[0] as [string, Service];
    const result = parseSettings(read('docker/scale/429chain.json5'), { file, env: environmentOf(replica) });
    if (!result.ok) expect.fail(result.problems.map(({ message }) => message).join('\n'));
    const { server, plugins } = result.settings;
    expect(server.apiKeys).to.have.length(1);
    expect(server.adminKey).to.be.a('string');
    expect(plugins.map(({ use }) => use)).to.deep.equal(['redis-ledger', 'postgres-logger']);
    for (const { options } of plugins) {
      const { hostname, username } = new URL((options as { url: string }).url);
      expect(serviceOf(hostname).image, hostname).to.be.a('string');
      expect(networksOf(serviceOf(hostname))).to.deep.equal(['stores']);
      if (hostname === 'postgres') expect(serviceOf(hostname).environment).to.include(`POSTGRES_USER=${username}`);
    }
    for (const [, service] of replicas) {
      expect(durationOf(service.stop_grace_period ?? '') ?? 0).to.be.above(server.drainMs);
      expect(networksOf(service)).to.deep.equal(['public', 'stores']);
    }
    expect(durationOf(serviceOf('caddy').stop_grace_period ?? '') ?? 0).to.be.above(server.drainMs);
  });

  it('lets Caddy reach every replica at its port, and ask whether it is ready', () => {
    const names = replicas.map(([name]) => `${name}:3429`).join(' ');
    expect(serviceOf('caddy').environment).to.include(`CHAIN_REPLICAS=${names}`);
    for (const [, name = ''] of caddyfile.matchAll(/\{\$(\w+)\}/g)) {
      expect(
        serviceOf('caddy').environment?.some((each) => each.startsWith(`${name}=`)),
        name,
      ).to.equal(true);
    }
    expect(caddyfile).to.match(/^\s*health_uri \/health$/m);
    expect(caddyfile).to.match(/^\s*flush_interval -1$/m);
    // By default, Caddy sends a POST again only if the connection failed.
    expect(caddyfile)
      .to.match(/^\s*lb_retries \d$/m)
      .and.not.to.include('lb_retry_match');
  });

  it('lets Prometheus scrape every replica by a name that all have', () => {
    const [scrape] = parse(read('docker/scale/prometheus.yaml')).scrape_configs;
    expect(scrape.dns_sd_configs).to.deep.equal([{ names: ['replicas'], type: 'A', port: 3429 }]);
    for (const [, { networks }] of replicas) expect(networks).to.have.nested.property('public.aliases[0]', 'replicas');
    const file = scrape.authorization.credentials_file as string;
    expect(serviceOf('prometheus').secrets?.map((name) => `/run/secrets/${name}`)).to.deep.equal([file]);
    for (const [, { environment }] of replicas) expect(environment).to.include(`CHAIN_ADMIN_KEY_FILE=${file}`);
  });

  it('shows the dashboard of the fleet', () => {
    const [, home = ''] =
      serviceOf('grafana')
        .environment?.map((each) => each.split('='))
        .find(([name]) => name === 'GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH') ?? [];
    const [provider] = parse(read('docker/grafana/dashboards.yaml')).providers;
    expect(home).to.equal(`${provider.options.path}/429chain-fleet.json`);
    expect(JSON.parse(read('docs/grafana/429chain-fleet.json')).title).to.be.a('string');
  });

  it('says in its first lines how to create every secret and folder that it mounts', () => {
    const [head = ''] = read('docker-compose.scale.yml').split('\nx-replica');
    for (const name of Object.keys(compose.secrets ?? {})) expect(head).to.include(name);
    expect(head).to.include('mkdir -p config && cp docker/scale/429chain.json5 config/');
  });
});
