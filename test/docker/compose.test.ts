import { readFileSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { resolveVariables } from '../../src/config/env.js';
import { durationOf } from '../../src/plugin/index.js';
import { blocksOf, ROOT } from '../docs/pages.js';
import { type Compose, type Service, schemaErrors } from './compose-file.js';

const FILES = [
  'docker-compose.yml',
  'docker-compose.tls.yml',
  'docker-compose.monitoring.yml',
  'docker-compose.scale.yml',
];

const read = (file: string): string => readFileSync(`${ROOT}${file}`, 'utf8');
const files = FILES.map((file) => ({ file, compose: parse(read(file), { merge: true }) as Compose }));
const base = files[0]?.compose.services['429chain'] as Service;
const { version } = JSON.parse(read('package.json')) as { version: string };

/** The services of all files. */
const services = files.flatMap(({ file, compose }) =>
  Object.entries(compose.services).map(([name, service]) => ({ file, name, service })),
);
const whole = services.filter(({ service }) => service.image !== undefined);
const named = (list: 'volumes' | 'secrets'): Set<string> =>
  new Set(files.flatMap(({ compose }) => Object.keys(compose[list] ?? {})));

describe('The compose files', () => {
  for (const { file, compose } of files) {
    it(`are valid: ${file}`, () => {
      expect(schemaErrors(compose)).to.deep.equal([]);
    });
  }

  it('would not be valid with an unknown key or a value of the wrong type', () => {
    expect(schemaErrors({ services: { one: { image: 'one', readonly: true } } })).not.to.deep.equal([]);
    expect(schemaErrors({ services: { one: { image: 'one', read_only: [] } } })).not.to.deep.equal([]);
  });

  for (const { place, text } of blocksOf('deployment.md', 'yaml')) {
    it(`are valid in the documentation: ${place}`, () => {
      expect(schemaErrors(parse(text))).to.deep.equal([]);
    });
  }

  for (const { name, service } of whole) {
    it(`run ${name} with a pinned image and minimal privileges`, () => {
      // PostgreSQL has versions of two numbers.
      expect(service.image).to.match(/:v?\d+\.\d+\.\d+$|^postgres:\d+\.\d+$/);
      expect(service).to.include({ read_only: true, restart: 'unless-stopped' });
      expect(service).to.deep.include({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect(service.tmpfs).to.include('/tmp');
      expect(service.cap_add ?? []).to.deep.equal(name === 'caddy' ? ['NET_BIND_SERVICE'] : []);
    });
  }

  it('publish only TLS on public interfaces (pitfall 46: it listened on all interfaces without saying so)', () => {
    for (const { name, service } of services.filter((each) => each.name !== 'caddy')) {
      for (const port of service.ports ?? []) expect(port, name).to.match(/^127\.0\.0\.1:(\d+):\1$/);
    }
    const caddies = services.filter(({ name }) => name === 'caddy');
    expect(caddies).to.have.length(2);
    for (const { service } of caddies) expect(service.ports).to.deep.equal(['80:80', '443:443', '443:443/udp']);
  });

  it('mount a folder as /config, not a single file (pitfall 40: a mounted file cannot be replaced)', () => {
    expect(base.volumes).to.deep.equal(['${CHAIN_CONFIG:-config}:/config', 'data:/data']);
  });

  it('have a grace period longer than the default drain', () => {
    const schema = JSON.parse(read('schemas/429chain.schema.json'));
    const drain = durationOf(schema.$defs.server.properties.drain.default) ?? Number.POSITIVE_INFINITY;
    expect(durationOf(base.stop_grace_period ?? '0s')).to.be.above(drain);
  });

  it('mount existing files and declared volumes and secrets', () => {
    for (const { file, service } of services) {
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.replace(/\$\{CHAIN_CONFIG:-(.*?)\}/, '$1').split(':');
        // You create it.
        if (source === './config') continue;
        if (source.startsWith('./')) expect(statSync(`${ROOT}${source}`), volume).to.be.an('object');
        else expect(named('volumes'), file).to.include(source);
      }
      for (const secret of service.secrets ?? []) expect(named('secrets'), file).to.include(secret);
    }
  });

  it('pass on the variables of the example configuration and CHAIN_HOST', () => {
    const names = [...read('429chain.json5').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name as string);
    const known = names.filter((name) => name !== 'NAME');
    expect(resolveVariables('${NAME}', {}).unset).to.have.length(1);
    expect([...new Set(base.environment)].sort()).to.deep.equal([...new Set([...known, 'CHAIN_HOST'])].sort());
  });

  it('have the version of the package', () => {
    expect(base.image).to.equal(`429chain:${version}`);
  });
});

describe('The monitoring', () => {
  const prometheus = parse(read('docker/prometheus.yaml')).scrape_configs[0];
  const [source] = parse(read('docker/grafana/datasources.yaml')).datasources;
  const [provider] = parse(read('docker/grafana/dashboards.yaml')).providers;
  const serviceOf = (name: string): Service =>
    services.find((each) => each.name === name && each.file === 'docker-compose.monitoring.yml')?.service as Service;

  it('authenticates to 429chain with an admin key from a shared secret', () => {
    expect(prometheus.static_configs[0].targets).to.deep.equal(['429chain:3429']);
    const file = prometheus.authorization.credentials_file;
    expect(serviceOf('429chain').environment).to.deep.equal([`CHAIN_ADMIN_KEY_FILE=${file}`]);
    for (const name of ['429chain', 'prometheus']) {
      expect(serviceOf(name).secrets?.map((secret) => `/run/secrets/${secret}`)).to.include(file);
    }
  });

  it('shows the dashboard of docs/grafana with data from Prometheus', () => {
    expect(source).to.include({ type: 'prometheus', url: 'http://prometheus:9090', isDefault: true });
    expect(serviceOf('grafana').volumes).to.include(`./docs/grafana:${provider.options.path}:ro`);
    expect(serviceOf('grafana').environment).to.include(
      `GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH=${provider.options.path}/429chain.json`,
    );
  });
});
