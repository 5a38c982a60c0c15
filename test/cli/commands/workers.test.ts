import { Agent, type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { ADMIN_KEY, ask, BEARER, JSON_TYPE, signIn } from '../../admin/browser.js';
import { EventReader } from '../../event-reader.js';
import { answer, chunk, DONE, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { Folder, type Running, SECRETS } from '../run.js';

const CALLER = { authorization: `Bearer ${SECRETS.proxy}`, ...JSON_TYPE };
const BODY = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] });
const STREAM = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], stream: true });

/** Says which worker answers. */
const WHICH = `export default {
  name: 'which',
  apply(api) {
    api.addRoute({ method: 'GET', path: '/which', key: 'none', handle: () => ({
      body: JSON.stringify({ pid: process.pid, number: api.workers.number, writes: api.workers.writes }),
    }) });
  },
};`;

interface Which {
  readonly pid: number;
  readonly number: number;
  readonly writes: boolean;
}

/** A proxy with two workers in front of two providers. */
class Workers {
  readonly folder = new Folder();
  readonly one: ScriptedUpstream;
  readonly two: ScriptedUpstream;
  running!: Running;

  private constructor(one: ScriptedUpstream, two: ScriptedUpstream) {
    this.one = one;
    this.two = two;
  }

  static async start(...args: string[]): Promise<Workers> {
    const upstreams = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
    const [one, two] = upstreams.map((each, index) => each.always(answer(`from ${index + 1}`)));
    const workers = new Workers(one as ScriptedUpstream, two as ScriptedUpstream);
    workers.folder.write('which.mjs', WHICH);
    workers.configure();
    workers.running = await workers.folder.start(['--workers', '2', '--port', '0', '--plugins', 'which.mjs', ...args]);
    return workers;
  }

  configure(chains: object = { default: ['one/a-model', 'two/a-model'] }, limits: object[] = []): void {
    this.folder.write('429chain.json5', {
      server: { apiKeys: [SECRETS.proxy], adminKey: ADMIN_KEY },
      providers: {
        one: { type: 'openai-compatible', baseUrl: this.one.baseUrl, limits },
        two: { type: 'openai-compatible', baseUrl: this.two.baseUrl },
      },
      chains,
      plugins: ['prometheus'],
    });
  }

  get address(): string {
    return this.running.address;
  }

  /** On a connection of its own, so that the next worker answers. */
  post(body = BODY): ReturnType<typeof ask> {
    return ask(this.address, { method: 'POST', path: '/v1/chat/completions', headers: CALLER, body });
  }

  async which(): Promise<Which> {
    return JSON.parse((await ask(this.address, { path: '/which' })).text) as Which;
  }

  /** Both workers, the one that writes first. */
  async both(): Promise<readonly [Which, Which]> {
    const found = new Map<number, Which>();
    await until(async () => {
      const which = await this.which().catch(() => undefined);
      if (which !== undefined) found.set(which.number, which);
      return found.size === 2 && [...found.values()].filter(({ writes }) => writes).length === 1;
    });
    const [first, second] = [...found.values()].sort((one, other) => Number(other.writes) - Number(one.writes));
    return [first as Which, second as Which];
  }

  async close(): Promise<void> {
    await this.running.end('SIGKILL');
    await Promise.all([this.one.close(), this.two.close()]);
    this.folder.remove();
  }
}

/** A connection to one worker, which stays open. */
class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  async which(): Promise<Which> {
    const response = await this.#send('GET', '/which');
    let text = '';
    for await (const part of response) text += part;
    return JSON.parse(text) as Which;
  }

  stream(): Promise<IncomingMessage> {
    return this.#send('POST', '/v1/chat/completions', STREAM);
  }

  #send(method: string, path: string, body = ''): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(this.#address);
      const options = { hostname, port, method, path, headers: CALLER, agent: this.#agent };
      request(options, resolve).once('error', reject).end(body);
    });
  }
}

/** An answer that stops after its first word until it is released. */
class HeldStream {
  release!: () => void;
  readonly #released = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  readonly answer = async (res: import('node:http').ServerResponse): Promise<void> => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(chunk({ role: 'assistant', content: 'begun' }));
    await this.#released;
    res.end(chunk({ content: ' ended' }, 'stop') + DONE);
  };
}

/** Reads a stream until it has `word`. */
const readUntil = async (response: IncomingMessage, word: string): Promise<string> => {
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  response.on('error', () => {});
  await until(() => text.includes(word));
  return text;
};

const countOf = (text: string, words: string): number => text.split(words).length - 1;

describe('429chain start --workers 2', () => {
  let workers: Workers;

  before(async () => {
    workers = await Workers.start();
  });

  after(() => workers.close());

  it('announces itself once, and answers from two processes', async () => {
    const [writer, other] = await workers.both();
    expect(new Set([writer.pid, other.pid]).size).to.equal(2);
    expect([writer.number, other.number].sort()).to.deep.equal([1, 2]);
    expect(countOf(workers.running.output(), 'listens on')).to.equal(1);
  });

  it('writes whole log lines, each once', async () => {
    await Promise.all(Array.from({ length: 12 }, () => workers.post()));
    await until(() => countOf(workers.running.output(), '"msg":"[request-lines] 200 by') >= 12);
    const ids = workers.running
      .output()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { requestId?: string }).requestId)
      .filter((id) => id !== undefined);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('shows the requests and totals of all workers, whichever answers', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => workers.post()));
    const ids = answers.map(({ headers }) => headers['x-request-id'] as string);
    for (let time = 0; time < 2; time++) {
      const { text } = await ask(workers.address, { path: '/admin/api/requests?limit=500', headers: BEARER });
      const { requests } = JSON.parse(text) as { requests: { id: string }[] };
      expect(requests.map(({ id }) => id)).to.include.members(ids);
      const usage = await ask(workers.address, { path: '/admin/api/usage', headers: BEARER });
      expect(JSON.parse(usage.text).total.requests).to.equal(requests.length);
      const one = await ask(workers.address, { path: `/admin/api/requests/${ids[0]}`, headers: BEARER });
      expect(JSON.parse(one.text).id).to.equal(ids[0]);
      const bad = await ask(workers.address, { path: '/admin/api/requests?cursor=x', headers: BEARER });
      expect(bad.code).to.equal('invalid_request');
    }
  });

  it('shows metrics of all workers, each with its number', async () => {
    await Promise.all(Array.from({ length: 4 }, () => workers.post()));
    const scrape = async (): Promise<string> =>
      (await ask(workers.address, { path: '/metrics', headers: BEARER })).text;
    const countsIn = (text: string): string[] => text.match(/^chain429_requests_total\{.*$/gm) ?? [];
    const [first, second] = [await scrape(), await scrape()];
    expect(countsIn(first)).to.have.length(2);
    expect(countsIn(second)).to.have.members(countsIn(first));
    expect(first).to.match(/^process_resident_memory_bytes\{worker="1"\}/m);
    expect(countOf(first, '# TYPE chain429_requests_total')).to.equal(1);
    expect(first).to.match(/^chain429_target_state\{target="one\/a-model",state="available"\} 1/m);
  });

  it('shows the requests of all workers in the live feed', async () => {
    const feed = await EventReader.open(`${workers.address}/admin/api/events`, BEARER);
    await until(() => feed.events.length > 0);
    const answers = await Promise.all(Array.from({ length: 4 }, () => workers.post()));
    const ids = answers.map(({ headers }) => headers['x-request-id'] as string);
    await until(() => ids.every((id) => feed.text.includes(id)));
    await feed.leave();
  });

  it('lets a session begin and end at any worker', async () => {
    const cookie = await signIn(workers.address);
    const statuses = async (): Promise<number[]> => {
      const answers = [0, 1, 2, 3].map(() => ask(workers.address, { path: '/admin/api/status', headers: cookie }));
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    expect(await statuses()).to.deep.equal([200, 200, 200, 200]);
    const headers = { ...cookie, ...JSON_TYPE };
    await ask(workers.address, { method: 'DELETE', path: '/admin/api/session', headers });
    await until(async () => (await statuses()).every((status) => status === 401));
  });

  it('sends no more requests than a limit allows, over all workers, and the others to the next target', async () => {
    workers.configure(undefined, [{ requests: 10, per: '1h' }]);
    await until(async () => {
      const paths = [0, 1].map(() => ask(workers.address, { path: '/admin/api/configuration', headers: BEARER }));
      return (await Promise.all(paths)).every(({ text }) => text.includes('1h'));
    });
    const before = workers.one.received.length;
    const answers = await Promise.all(Array.from({ length: 24 }, () => workers.post()));
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 200));
    expect(workers.one.received.length).to.be.at.most(before + 10);
    expect(answers.filter(({ text }) => text.includes('from 1'))).to.have.length(workers.one.received.length - before);
    await until(async () => {
      await workers.post();
      const texts = await Promise.all(
        [0, 1, 2, 3].map(async () => (await ask(workers.address, { path: '/admin/api/status', headers: BEARER })).text),
      );
      return texts.every((text) => /"limit":10,"used":10,"inFlight":0,"remaining":0/.test(text));
    });
    expect(workers.one.received.length).to.be.at.most(before + 10);
  });

  it('brings a changed file into force in all workers, and logs it once', async () => {
    const linesBefore = countOf(workers.running.output(), 'The changed configuration is in force');
    workers.configure({ default: ['two/a-model'], second: ['one/a-model'] });
    const servesIt = async (): Promise<boolean> => {
      const answers = [0, 1, 2, 3].map(() => ask(workers.address, { path: '/v1/models', headers: CALLER }));
      return (await Promise.all(answers)).every(({ text }) => text.includes('"second"'));
    };
    await until(servesIt);
    expect(countOf(workers.running.output(), 'The changed configuration is in force')).to.equal(linesBefore + 1);
  });

  it('shows a change that the admin saved at once, whichever worker answers', async () => {
    for (const name of ['third', 'fourth', 'fifth']) {
      const saved = await ask(workers.address, {
        method: 'PUT',
        path: `/admin/api/chains/${name}`,
        headers: { ...BEARER, ...JSON_TYPE, 'if-match': '*' },
        body: JSON.stringify({ targets: ['one/a-model'] }),
      });
      expect(saved.status, saved.text).to.equal(200);
      const seen = await Promise.all(
        [0, 1].map(() => ask(workers.address, { path: '/admin/api/chains', headers: BEARER })),
      );
      for (const { text } of seen) expect(text).to.include(`"${name}"`);
    }
  });
});

describe('A worker that is killed', () => {
  let workers: Workers;

  beforeEach(async () => {
    workers = await Workers.start();
  });

  afterEach(() => workers.close());

  for (const which of ['writes', 'does not write'] as const) {
    it(`ends its streams alone and is replaced, if it ${which}`, async () => {
      const [writer, other] = await workers.both();
      const [victim, survivor] = which === 'writes' ? [writer, other] : [other, writer];
      const held = new HeldStream();
      workers.one.always(held.answer);
      const streamAt = async (pid: number): Promise<IncomingMessage> => {
        for (;;) {
          const connection = new Connection(workers.address);
          if ((await connection.which()).pid === pid) return await connection.stream();
        }
      };
      const [lost, kept] = [await streamAt(victim.pid), await streamAt(survivor.pid)];
      await Promise.all([readUntil(lost, 'begun'), readUntil(kept, 'begun')]);
      process.kill(victim.pid, 'SIGKILL');
      await workers.running.printed(/Worker \d ended \(SIGKILL\)\. 429chain starts another one now\./);
      held.release();
      await readUntil(kept, '[DONE]');
      workers.one.always(answer('after'));
      const both = await workers.both();
      expect(both.map(({ pid }) => pid))
        .to.include(survivor.pid)
        .and.not.to.include(victim.pid);
      const answers = await Promise.all([0, 1, 2, 3].map(() => workers.post()));
      const ids = answers.map(({ headers }) => headers['x-request-id'] as string);
      const { text } = await ask(workers.address, { path: '/admin/api/requests', headers: BEARER });
      for (const id of ids) expect(text).to.include(id);
    });
  }
});

describe('The end of several workers', () => {
  it('waits for a stream at SIGTERM, and logs the requests of all workers', async () => {
    const workers = await Workers.start();
    try {
      const held = new HeldStream();
      // What is new is asked by one request at a time, so the second one answers too.
      for (const upstream of [workers.one, workers.two]) upstream.always(held.answer);
      const streams = await Promise.all([0, 1, 2, 3].map(() => new Connection(workers.address).stream()));
      const begun = streams.map((each) => readUntil(each, 'begun'));
      await Promise.all(begun);
      const texts = streams.map((each) => readUntil(each, '[DONE]'));
      workers.running.signal('SIGTERM');
      await workers.running.printed(/Stopping: waiting for requests in flight/);
      held.release();
      await Promise.all(texts);
      const { status, stdout } = await workers.running.end('SIGCONT');
      expect(status).to.equal(0);
      expect(countOf(stdout, 'Stopping: waiting')).to.equal(1);
      expect(countOf(stdout, '[request-lines] 200 by')).to.equal(4);
      const restarted = await workers.folder.start(['--port', '0']);
      const { text } = await ask(restarted.address, { path: '/admin/api/requests', headers: BEARER });
      expect(JSON.parse(text).requests).to.have.length(4);
      await restarted.end();
    } finally {
      await workers.close();
    }
  });

  it('comes at once at a second signal', async () => {
    const workers = await Workers.start();
    try {
      workers.one.always(new HeldStream().answer);
      const stream = await new Connection(workers.address).stream();
      await readUntil(stream, 'begun');
      workers.running.signal('SIGINT');
      await workers.running.printed(/Stopping: waiting for requests in flight/);
      expect((await workers.running.end('SIGINT')).status).to.equal(130);
    } finally {
      await workers.close();
    }
  });
});

describe('The start of several workers', () => {
  const folder = new Folder();

  after(() => folder.remove());

  const configure = (more: object = {}): void =>
    folder.write('429chain.json5', {
      server: { apiKeys: [SECRETS.proxy] },
      providers: { one: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' } },
      chains: { default: ['one/a-model'] },
      ...more,
    });

  it('says once why it cannot listen, and ends with status 1', async () => {
    configure();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as import('node:net').AddressInfo;
    const { status, stdout, stderr } = await folder.run(['start', '--workers', '2', '--port', String(port)]);
    taken.close();
    expect(status).to.equal(1);
    expect(countOf(stderr, `429chain cannot listen on 127.0.0.1:${port}`)).to.equal(1);
    expect(stdout).not.to.include('starts another one');
  });

  it('says once which plugin keeps it from starting', async () => {
    configure({ plugins: ['./missing.mjs'] });
    const { status, stderr } = await folder.run(['start', '--workers', '2', '--port', '0']);
    expect(status).to.equal(1);
    expect(countOf(stderr, 'missing.mjs')).to.be.greaterThan(0);
  });

  const REFUSED: readonly (readonly [args: string[], words: RegExp])[] = [
    [['--workers', 'many'], /--workers is 'many'\. Expected auto or a number from 1 to 256\./],
    [['--workers', '0'], /--workers is '0'/],
    [['--workers', '2', '--demo'], /--workers does not go with --demo/],
  ];
  for (const [args, words] of REFUSED) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { status, stderr } = await folder.run(['start', ...args]);
      expect(status).to.equal(2);
      expect(stderr).to.match(words);
    });
  }
});
