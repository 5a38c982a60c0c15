import { STORE_CASES } from '../../ledger/shared/store-cases.js';
import { needsRedis, RedisServer } from '../../redis.js';
import { StoreWorld } from './store-world.js';

describe('The store in Redis', () => {
  needsRedis();
  let server: RedisServer;
  let world: StoreWorld;

  before(async () => {
    server = await RedisServer.start();
  });
  beforeEach(async () => {
    await server.client.flushall();
    world = await new StoreWorld(server).ready();
  });
  afterEach(() => world.close());
  after(() => server?.stop());

  for (const [title, cases] of Object.entries(STORE_CASES)) {
    describe(title, () => {
      for (const { says, shows } of cases) it(says, () => shows(world));
    });
  }
});
