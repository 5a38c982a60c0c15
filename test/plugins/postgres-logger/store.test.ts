import { randomBytes } from 'node:crypto';
import type { RequestRecord } from '429chain/plugin';
import { expect } from 'chai';
import fc from 'fast-check';
import pg from 'pg';
import type { PostgresStore } from '../../../plugins/postgres-logger/store.js';
import { describeWithPostgres } from '../../postgres.js';
import { until } from '../../until.js';
import { addTo, idsIn, type LogSettings } from '../request-log/logged-store.js';
import { attemptOf, DAY_MS, recordOf } from '../request-log/records.js';
import { StoreInSchema } from './store-in-schema.js';

const MIB = 2 ** 20;

describeWithPostgres('postgres-logger', () => {
  let logged: StoreInSchema;

  const open = async (...settings: Parameters<typeof StoreInSchema.open>): Promise<StoreInSchema> => {
    logged = await StoreInSchema.open(...settings);
    return logged;
  };

  afterEach(async () => {
    await logged.remove();
  });

  const requestsIn = async (store: PostgresStore): Promise<number> => (await store.usage()).total.requests;

  const countOf = async (table: string): Promise<number> => {
    const [row] = await logged.query<{ count: string }>(`SELECT count(*) FROM %.${table}`);
    return Number(row?.count);
  };

  it('is written by several replicas at once, from the creation of its tables on', async () => {
    await open();
    const replicas = ['a', 'b', 'c'].map((name) => ({ name, store: logged.replica(name) }));
    await Promise.all(
      replicas.map(async ({ name, store }) => {
        for (let batch = 0; batch < 4; batch++) {
          for (let index = 0; index < 40; index++)
            store.add(recordOf(`${name}-${batch}-${index}`, { keyLabel: `key of ${name}` }));
          await store.flush();
        }
      }),
    );
    expect(logged.log.lines).to.deep.equal([]);
    const { total, keys, hours } = await logged.store.usage({ from: logged.clock.now() });
    expect(total).to.include({ requests: 480, promptTokens: 4_800 });
    expect(total.p99Ms).to.be.closeTo(120, 6);
    expect(hours?.map(({ requests }) => requests)).to.deep.equal([480]);
    expect(Object.entries(keys ?? {}).map(([key, { requests }]) => [key, requests])).to.have.deep.members(
      replicas.map(({ name }) => [`key of ${name}`, 160]),
    );
    const ids = await idsIn(logged, { limit: 33 });
    expect(new Set(ids)).to.have.property('size', 480);
    expect(ids.filter((id) => id.startsWith('b-')).slice(0, 2)).to.deep.equal(['b-3-39', 'b-3-38']);
    const counts = await logged.query('SELECT replica, count(*)::integer FROM %.requests GROUP BY replica ORDER BY 1');
    expect(counts).to.deep.equal(['a', 'b', 'c'].map((replica) => ({ replica, count: 160 })));
  });

  it('continues when PostgreSQL is killed and started again, with every request once', async () => {
    await open();
    const { server } = logged;
    await addTo(logged, 10, (index) => recordOf(`before-${index}`));
    await server.kill();
    for (let index = 0; index < 700; index++) logged.store.add(recordOf(`meanwhile-${index}`));
    await until(() => logged.store.health.failing !== undefined);
    await server.start();
    await until(() => logged.store.health.failing === undefined);
    expect(await requestsIn(logged.store)).to.equal(710);
    expect(await idsIn(logged, { limit: 500 })).to.have.length(710);
    expect(logged.log.lines).to.have.length(2);
    expect(logged.log.lines[1]).to.contain('again. None is missing');
    expect(logged.store.health).to.deep.equal({ failing: undefined, lost: 0 });
  });

  it('writes a batch once, although the answer of PostgreSQL is lost', async () => {
    await open();
    await logged.store.flush();
    const real = logged.connect();
    let lost = 0;
    const store = logged.replica('lossy', {
      open: () => ({
        ...real,
        query: async <Row>(sql: string, values?: readonly unknown[]) => {
          const rows = await real.query<Row>(sql, values);
          if (sql.includes('INSERT INTO') && lost++ < 2) throw new Error('Connection terminated unexpectedly');
          return rows;
        },
      }),
    });
    for (let index = 0; index < 50; index++) store.add(recordOf(`r-${index}`));
    await until(() => lost > 2 && store.health.failing === undefined);
    expect(await requestsIn(logged.store)).to.equal(50);
    expect(await countOf('requests')).to.equal(50);
  });

  it('loses no request and counts none twice while PostgreSQL is killed again and again', async () => {
    await open();
    const { server } = logged;
    let added = 0;
    const adding = setInterval(() => {
      for (let index = 0; index < 5; index++) logged.store.add(recordOf(`r-${added++}`));
    }, 2);
    try {
      for (let round = 0; round < 2; round++) {
        const before = added;
        await until(() => added > before + 100);
        await server.kill();
        await server.start();
      }
    } finally {
      clearInterval(adding);
    }
    await until(async () => {
      await logged.store.flush();
      return logged.store.health.failing === undefined;
    });
    const ids = await idsIn(logged, { limit: 500 });
    expect(new Set(ids)).to.have.property('size', added);
    expect(ids).to.have.length(added);
    expect(await requestsIn(logged.store)).to.equal(added);
  });

  const OUTDATED: readonly { what: string; settings: LogSettings; days: readonly string[] }[] = [
    { what: 'too many', settings: { maxRequests: 250 }, days: ['2026-01-04', '2026-01-05'] },
    { what: 'too large', settings: { maxBytes: MIB / 2 }, days: ['2026-01-05'] },
    { what: 'too old', settings: { keepMs: 3 * DAY_MS }, days: [2, 3, 4, 5].map((day) => `2026-01-0${day}`) },
    // The requests of the last days are too many and too large by themselves.
    { what: 'too many in one day', settings: { maxRequests: 100 }, days: ['2026-01-05'] },
  ];
  for (const { what, settings, days } of OUTDATED)
    it(`drops the oldest days that are ${what}, never today, and keeps their totals`, async () => {
      await open(settings, { mostScanned: 1_000 });
      for (let day = 1; day <= 5; day++) {
        await addTo(logged, 120, (index) => {
          // Text that compression does not make smaller.
          const reason = what === 'too large' ? randomBytes(700).toString('base64') : 'down';
          return recordOf(`${day}-${index}`, { attempts: [attemptOf('failed', { reason })] });
        });
        if (day < 5) logged.clock.turn(DAY_MS);
      }
      await logged.store.close();
      await logged.restart().flush();
      expect(await logged.days()).to.deep.equal(days);
      expect(await requestsIn(logged.store)).to.equal(600);
      expect(await logged.store.requests({ limit: 500, status: 404 })).to.include({ deleted: true });
    });

  it('drops days in one replica at a time', async () => {
    await open({ keepMs: DAY_MS });
    await addTo(logged, 1, () => recordOf('old'));
    logged.clock.turn(5 * DAY_MS);
    const replicas = Array.from({ length: 4 }, (_, index) => logged.replica(`r-${index}`));
    for (const store of replicas) store.add(recordOf('new'));
    await Promise.all(replicas.map((store) => store.flush()));
    expect(logged.log.lines).to.deep.equal([]);
    expect(await logged.days()).to.deep.equal(['2026-01-06']);
  });

  it('deletes totals after 400 days', async () => {
    await open();
    await addTo(logged, 1, () => recordOf('a'));
    logged.clock.turn(402 * DAY_MS);
    await addTo(logged, 1, () => recordOf('b'));
    expect((await logged.store.usage({ from: 0 })).total.requests).to.equal(1);
    expect(await logged.store.requests()).to.not.have.property('deleted');
  });

  it('creates its tables again if they are removed while it runs', async () => {
    await open();
    await addTo(logged, 3, (index) => recordOf(`a-${index}`));
    await logged.query('DROP SCHEMA % CASCADE');
    logged.store.add(recordOf('b'));
    await until(async () => (await idsIn(logged).catch(() => [])).length === 1);
    await logged.removeDay('2026-01-01');
    logged.store.add(recordOf('c'));
    await until(async () => (await idsIn(logged).catch(() => [])).join() === 'c');
  });

  it('leaves the tables of a later release alone', async () => {
    await open();
    await logged.store.flush();
    await logged.query('UPDATE %.version SET version = 2');
    const store = logged.replica('old');
    store.add(recordOf('a'));
    await store.flush();
    expect(store.health.failing).to.contain('its tables have version 2, and this release of 429chain knows');
    expect(await countOf('requests')).to.equal(0);
  });

  it('needs no rights to create when its tables exist', async () => {
    await open();
    await logged.store.flush();
    await logged.server.query("DROP ROLE IF EXISTS writer; CREATE ROLE writer LOGIN PASSWORD 'w'");
    await logged.query(
      'GRANT USAGE ON SCHEMA % TO writer; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA % TO writer',
    );
    const store = logged.replica('writer', { open: () => logged.connect(logged.server.url('log', 'writer', 'w')) });
    store.add(recordOf('a'));
    await store.flush();
    expect(store.health.failing).to.equal(undefined);
    expect(await requestsIn(store)).to.equal(1);
    await logged.query('DROP SCHEMA % CASCADE; DROP ROLE writer');
  });

  it('does not wait for PostgreSQL when it closes, longer than allowed', async () => {
    await open({}, { closeMs: 20 });
    await addTo(logged, 1, () => recordOf('a'));
    const blocking = new pg.Client({ connectionString: logged.server.url() });
    await blocking.connect();
    await blocking.query(`BEGIN; LOCK TABLE ${logged.schema}.requests IN ACCESS EXCLUSIVE MODE`);
    logged.store.add(recordOf('b'));
    await logged.store.close();
    expect(logged.log.lines).to.deep.equal(['1 request could not be written to PostgreSQL before 429chain stopped.']);
    await blocking.end();
  });

  it('goes on without requests that PostgreSQL refuses, and says so', async () => {
    await open();
    logged.store.add(recordOf('impossible', { status: 2 ** 40 }));
    await logged.store.flush();
    logged.store.add(recordOf('possible'));
    await logged.store.flush();
    expect(await idsIn(logged)).to.deep.equal(['possible']);
    expect(logged.store.health).to.deep.equal({ failing: undefined, lost: 1 });
    expect(logged.log.lines).to.have.length(1);
    expect(logged.log.lines[0]).to.contain('PostgreSQL refused 1 request');
  });

  const WEIRD = [
    'a\0b',
    'half \ud800',
    '\udc00\ud800',
    '😀',
    '\\u0000',
    "'; DROP TABLE requests; --",
    '%_',
    '{"a",NULL}',
    '',
  ];

  it('keeps records with any text, and finds them', async () => {
    await open();
    const text = fc.oneof(fc.constantFrom(...WEIRD), fc.string({ unit: 'binary', maxLength: 12 }));
    const record = fc
      .record({ id: text, chain: text, keyLabel: text, path: text, refusal: text, reason: text, target: text })
      .map(
        ({ reason, target, ...more }): RequestRecord =>
          recordOf('x', {
            ...more,
            target,
            attempts: [attemptOf('failed', { reason, target, class: 'server_error' })],
          }),
      );
    const check = fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 5 }), async (records) => {
      const before = await requestsIn(logged.store);
      for (const each of records) logged.store.add(each, { request: each.id, answer: each.chain });
      const { requests } = await logged.store.requests({ limit: records.length });
      expect(requests).to.deep.equal([...records].reverse());
      expect(await requestsIn(logged.store)).to.equal(before + records.length);
      const last = records.at(-1) as RequestRecord;
      expect(await logged.store.request(last.id)).to.deep.equal({
        ...last,
        content: { request: last.id, answer: last.chain },
      });
      expect((await logged.store.requests({ chain: last.chain, limit: 1 })).requests).to.deep.equal([last]);
    });
    await fc.assert(check, { numRuns: 12 });
    expect(logged.store.health).to.deep.equal({ failing: undefined, lost: 0 });
  });

  it('keeps an id, a chain and a target of any length', async () => {
    await open();
    const long = Array.from({ length: 1_000 }, (_, index) =>
      String.fromCharCode(0x4e00 + ((index * 7_919) % 20_000)),
    ).join('');
    await addTo(logged, 1, () => recordOf(long, { chain: long, target: `p/${long}`, keyLabel: long }));
    expect(await logged.store.request(long)).to.include({ id: long });
    expect((await logged.store.usage()).chains[long]).to.include({ requests: 1 });
  });

  it('pages by the time of arrival', async () => {
    await open();
    for (let day = 0; day < 3; day++) {
      await addTo(logged, 5, (index) => recordOf(`${day}-${index}`, { at: logged.clock.now() }));
      logged.clock.turn(DAY_MS);
    }
    const from = logged.clock.now() - 1.2 * DAY_MS;
    const { requests } = await logged.store.requests({ from });
    expect(requests.map(({ id }) => id)).to.deep.equal([4, 3, 2, 1, 0].map((index) => `2-${index}`));
  });
});
