import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import type { Settings } from '../../src/config/settings.js';
import { parseSettings } from '../../src/config/source/load.js';
import { startProxy } from '../proxy.js';
import { ROOT } from './pages.js';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Named {
  readonly name: string;
}

interface Container extends Named {
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly securityContext: object;
  readonly volumeMounts: readonly (Named & { readonly mountPath: string; readonly readOnly?: boolean })[];
}

interface Item {
  readonly key: string;
  readonly path: string;
}

interface Volume extends Named {
  readonly projected?: {
    readonly sources: readonly {
      readonly configMap?: Named & { readonly items: readonly Item[] };
      readonly secret?: Named & { readonly items: readonly Item[] };
    }[];
  };
  readonly emptyDir?: object;
}

const documents = parseAllDocuments(readFileSync(`${ROOT}docs/examples/kubernetes/429chain.yaml`, 'utf8'));
// biome-ignore lint/suspicious/noExplicitAny: each kind of object has its own shape.
const objects = documents.map((document) => document.toJS() as any);
// biome-ignore lint/suspicious/noExplicitAny: each kind of object has its own shape.
const ofKind = (kind: string): any => objects.find((each) => each.kind === kind);

const deployment = ofKind('Deployment').spec;
const pod = deployment.template.spec as {
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: { readonly runAsUser: number };
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
};
const container = pod.containers[0] as Container;
const dockerfile = readFileSync(`${ROOT}Dockerfile`, 'utf8');

/** What the mounted files have, by path. */
const mounted = (): Record<string, string> => {
  const sources = pod.volumes.find(({ name }) => name === 'config')?.projected?.sources ?? [];
  return Object.fromEntries(
    sources.flatMap(({ configMap, secret }) => {
      const [kind, field, source] =
        secret === undefined ? ['ConfigMap', 'data', configMap] : ['Secret', 'stringData', secret];
      const object = ofKind(kind as string);
      expect(object.metadata.name).to.equal((source as Named).name);
      return (source as { readonly items: readonly Item[] }).items.map(({ key, path }) => [
        path,
        object[field as string][key],
      ]);
    }),
  );
};

const settings = (): Settings => {
  const files = mounted();
  const text = files['429chain.json5'] as string;
  const result = parseSettings(text, { file: '/config/429chain.json5', env: {}, dotEnv: files['.env'] });
  if (!result.ok) expect.fail(result.problems.map(({ message }) => message).join('\n'));
  return result.settings;
};

describe('The manifests for Kubernetes', () => {
  it('are valid YAML, one object of each kind, all with the same name', () => {
    expect(documents.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(objects.map(({ kind }) => kind).sort()).to.deep.equal([
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'PodDisruptionBudget',
      'Secret',
      'Service',
    ]);
    for (const { kind, apiVersion, metadata } of objects) {
      expect(apiVersion, kind).to.be.a('string');
      expect(metadata.name, kind).to.equal('429chain');
    }
  });

  it('mount a valid configuration, with every variable set and all keys of replicas', () => {
    const files = mounted();
    expect(Object.keys(files)).to.have.members(['429chain.json5', '.env']);
    const { server, plugins, providers } = settings();
    expect(server.apiKeys).to.have.length(1);
    expect(server.adminKey).to.be.a('string');
    expect(plugins.map(({ use }) => use)).to.deep.equal(['redis-ledger', 'postgres-logger']);
    expect(providers.flatMap(({ missing }) => missing)).to.deep.equal([]);
    const used = [...(files['429chain.json5'] as string).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(parseEnv(files['.env'] as string))).to.have.members(used);
  });

  it('ask an address that a replica really has', async () => {
    const proxy = await startProxy({ providers: {}, chains: {} });
    for (const { httpGet } of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
      expect((await fetch(`${proxy.address}${httpGet.path}`)).status).to.equal(200);
      expect(container.ports.map(({ name }) => name)).to.include(httpGet.port);
    }
    await proxy.close();
  });

  it('give a replica more time to stop than it takes', () => {
    const [command, seconds] = container.lifecycle.preStop.exec.command;
    expect(command).to.equal('sleep');
    const { drainMs } = settings().server;
    // Then it takes a second until the last bytes have left.
    expect(pod.terminationGracePeriodSeconds * 1_000).to.be.above(Number(seconds) * 1_000 + drainMs + 1_000);
  });

  it('agree with the image: version, port, user, command and folders', () => {
    const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string };
    expect(container.image.endsWith(`/429chain:${version}`)).to.equal(true);
    expect(dockerfile).to.include(`EXPOSE ${container.ports[0]?.containerPort}\n`);
    expect(dockerfile).to.include(`USER ${pod.securityContext.runAsUser}:`);
    expect(container.args).to.deep.equal(['start']);
    const paths = container.volumeMounts.map(({ mountPath }) => mountPath);
    expect(paths).to.deep.equal(['/config', '/data', '/tmp']);
    expect(container.securityContext).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    for (const { name } of container.volumeMounts) expect(pod.volumes.map((each) => each.name)).to.include(name);
  });

  it('select the replicas, and keep enough of them', () => {
    const { labels } = deployment.template.metadata;
    for (const selected of [
      deployment.selector.matchLabels,
      ofKind('Service').spec.selector,
      ofKind('PodDisruptionBudget').spec.selector.matchLabels,
    ])
      expect(selected).to.deep.equal(labels);
    expect(ofKind('Service').spec.ports[0].targetPort).to.equal(container.ports[0]?.name);
    const scaler = ofKind('HorizontalPodAutoscaler').spec;
    expect(scaler.scaleTargetRef).to.deep.include({ kind: 'Deployment', name: '429chain' });
    expect(ofKind('PodDisruptionBudget').spec.minAvailable).to.be.below(scaler.minReplicas);
    expect(deployment.replicas).to.equal(scaler.minReplicas);
    expect(deployment.strategy.rollingUpdate.maxUnavailable).to.equal(0);
  });
});
