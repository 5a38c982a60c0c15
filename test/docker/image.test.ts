import { execSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { expect } from 'chai';
import { validate } from 'dockerfile-utils';
import { parseSettings } from '../../src/config/source/load.js';
import { ROOT } from '../docs/pages.js';

const read = (file: string): string => readFileSync(`${ROOT}${file}`, 'utf8');

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

const instructions = [
  ...read('Dockerfile')
    .replaceAll(/\\\n\s*/g, '')
    .matchAll(/^([A-Z]+) (.*)$/gm),
].map(([, name = '', rest = '']): Instruction => ({ name, rest }));
const stages = instructions.reduce<Instruction[][]>((all, each) => {
  if (each.name === 'FROM') all.push([]);
  all.at(-1)?.push(each);
  return all;
}, []);
const last = stages.at(-1) ?? [];
const restOf = (name: string): string[] => last.filter((each) => each.name === name).map(({ rest }) => rest);
const jsonOf = (text: string): unknown => JSON.parse(text.slice(text.indexOf('[')));

/** The files that a stage copies from the repository. */
const copied = (stage: readonly Instruction[]): string[] =>
  stage
    .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
    .flatMap(({ rest }) => rest.split(' ').slice(0, -1));

interface Package {
  readonly version: string;
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<'prepare', string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const {
  version,
  files,
  scripts,
  dependencies: dependenciesBefore,
  devDependencies,
  peerDependencies,
} = JSON.parse(read('package.json')) as Package;
const ignored = dockerignore.default().add(read('.dockerignore'));

describe('The Dockerfile', () => {
  it('passes the linter', () => {
    expect(validate(read('Dockerfile'))).to.deep.equal([]);
    expect(validate('FROM node:24\nEXPOSE eighty\n')).to.have.length(1);
  });

  it('uses a single base image with a version', () => {
    const images = new Set(instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest.split(' ')[0]));
    expect([...images]).to.have.length(1);
    expect([...images][0]).to.match(/^node:\d+-[a-z]+-slim$/);
  });

  it('copies existing files that .dockerignore does not exclude', () => {
    const sources = stages.flatMap(copied);
    expect(sources).to.include.members(['src', 'admin-ui', 'plugins', 'schemas', 'package-lock.json']);
    for (const source of sources) {
      expect(existsSync(`${ROOT}${source}`), source).to.equal(true);
      const within = statSync(`${ROOT}${source}`).isDirectory() ? `${source}/a-file` : source;
      expect(ignored.ignores(within), within).to.equal(false);
    }
  });

  it('includes all files of the package', () => {
    const there = last.filter(({ name }) => name === 'COPY').map(({ rest }) => rest);
    // An entry with an exclamation mark excludes files.
    for (const file of files.filter((each) => !each.startsWith('!')))
      expect(
        there.some((rest) => rest.includes(file)),
        file,
      ).to.equal(true);
  });

  it('excludes files that only tests and builds need', () => {
    const [from] = restOf('COPY').filter((rest) => rest.includes('node_modules'));
    expect(from).to.contain('--from=dependencies');
    const dependencies = stages.find(([first]) => first?.rest.endsWith(' AS dependencies')) ?? [];
    expect(dependencies.map(({ rest }) => rest).join('\n')).to.contain('--omit=dev');
  });

  it('includes the clients of Redis and PostgreSQL, which are optional for npm, at the tested versions', () => {
    const dependencies = stages.find(([first]) => first?.rest.endsWith(' AS dependencies')) ?? [];
    const run = dependencies.find(({ name }) => name === 'RUN')?.rest ?? '';
    const [script = ''] = /scripts\/build\/\S+/.exec(run) ?? [];
    expect(run.indexOf(script)).to.be.below(run.indexOf('npm install'));
    const folder = mkdtempSync(join(tmpdir(), '429chain-peers-'));
    copyFileSync(`${ROOT}package.json`, join(folder, 'package.json'));
    execSync(`node ${ROOT}${script}`, { cwd: folder });
    const made = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
    rmSync(folder, { recursive: true });
    const { ioredis, pg } = devDependencies;
    expect(made.dependencies).to.deep.equal({ ...dependenciesBefore, ioredis, pg });
    expect(Object.keys(peerDependencies)).to.deep.equal(['ioredis', 'pg']);
  });

  it('can be installed without vite, because the prepare script then does nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), '429chain-prepare-'));
    expect(execSync(scripts.prepare, { cwd: folder, encoding: 'utf8' })).to.equal('');
    rmSync(folder, { recursive: true });
  });

  it('runs as a user other than root', () => {
    expect(restOf('USER')).to.deep.equal(['1000:1000']);
    expect(last.findIndex(({ name }) => name === 'USER')).to.be.above(last.findLastIndex(({ name }) => name === 'RUN'));
  });

  it('has /config and /data folders that this user owns (pitfall 40: a root-owned volume stopped a non-root container)', () => {
    expect(jsonOf(restOf('VOLUME')[0] ?? '')).to.deep.equal(['/config', '/data']);
    expect(restOf('RUN')).to.deep.equal(['mkdir -m 777 /config /data && chown node:node /config /data']);
  });

  it('starts without a shell, which would not forward signals', () => {
    expect(jsonOf(restOf('ENTRYPOINT')[0] ?? '')).to.deep.equal(['429chain']);
    expect(jsonOf(restOf('CMD')[0] ?? '')).to.deep.equal(['start', '--create']);
    expect(read('docker/429chain')).to.match(/^#!\/bin\/sh\n(#.*\n)*exec node .*\\\n.* "\$@"\n$/);
    expect(statSync(`${ROOT}docker/429chain`).mode & 0o111).to.equal(0o111);
  });

  it('has a health check that needs no other program', () => {
    expect(jsonOf(restOf('HEALTHCHECK')[0] ?? '')).to.deep.equal(['429chain', 'health']);
  });

  it('exposes the default port', () => {
    const result = parseSettings('{ providers: {}, chains: {} }', { env: {} });
    if (!result.ok) expect.fail('an empty configuration has problems');
    const { port } = result.settings.server;
    expect(restOf('EXPOSE')).to.deep.equal([`${port}`]);
    expect(read('docker/429chain')).to.contain(`--host 0.0.0.0 --port ${port} `);
  });

  it('is labeled with the version of the package', () => {
    expect(restOf('LABEL')[0]).to.contain(`org.opencontainers.image.version="${version}"`);
  });
});

describe('.dockerignore', () => {
  for (const path of [
    '.env',
    'src/.env',
    '.git/config',
    '.429chain/api-key',
    'admin-ui/.429chain/api-key',
    'config/.env',
    'dist/src/app.js',
    'node_modules/koa/package.json',
    'admin-ui/node_modules/lit/package.json',
    'secrets/chain_admin_key',
    'test/app.test.ts',
    'README.md',
  ]) {
    it(`excludes ${path}`, () => {
      expect(ignored.ignores(path)).to.equal(true);
    });
  }
});
