import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { RawCaller } from '../../network/raw-caller.js';
import { chainOver, type RunningProxy, startProxy } from '../../proxy.js';
import { runs } from '../../runs.js';
import { answer, chunk, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

const CALLERS = runs(10_000, 1_000);
const AT_ONCE = 100;
/** Both ends of the connections that may stay open for the next request. */
const POOLED = 2 * AT_ONCE;
/** A leak of two KiB per request exceeds this, and in the long form one of half a KiB. */
const MOST_BYTES = runs(4, 2) * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('Streams that callers leave', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  before(async () => {
    upstream = await ScriptedUpstream.start();
    // The request log keeps requests in memory on purpose, which would look like a leak.
    const plugins = [{ use: 'nedb-logger', enabled: false }];
    proxy = await startProxy({ ...chainOver([upstream], {}, { limits: [{ concurrent: AT_ONCE }] }), plugins });
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  /** Leaves as soon as the provider has the request, or as soon as the first bytes are there. */
  const leave = async (beforeFirstByte: boolean): Promise<void> => {
    const user = `${callers++}`;
    const caller = new RawCaller(proxy.address, { user });
    if (beforeFirstByte) waiting.set(user, () => caller.leave());
    else caller.socket.once('data', () => caller.leave());
    await caller.closed;
  };

  let callers = 0;
  /** Callers that leave before the first byte, by name, with the function that makes them leave. */
  const waiting = new Map<string, () => void>();

  const leaveMany = async (count: number): Promise<void> => {
    let left = 0;
    const leaveOn = async (): Promise<void> => {
      while (left < count) await leave(left++ % 2 === 0);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, leaveOn));
  };

  const resources = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    // An immediate runs in the next turn of the event loop and is not a leak.
    for (const kind of process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate'))
      counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  };

  /** Drops what the test itself keeps of every request. */
  const forget = (): void => {
    upstream.received.length = 0;
    proxy.log.lines.length = 0;
  };

  const settled = async (): Promise<void> => {
    await proxy.app.runtime.waterfall.idle();
    await until(() => upstream.openSockets <= 1 && (resources().TCPSocketWrap ?? 0) <= POOLED);
  };

  it(`leave no socket, timer, slot or memory behind, ${CALLERS} times, half before the first byte (pitfall 30)`, async () => {
    const { runtime } = proxy.app;
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', onWarning);
    const statuses = new Map<number, number>();
    runtime.host.hooks.afterResponse.tap('test', ({ status }) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    // Ends the probation of the target.
    await new RawCaller(proxy.address).answer();
    upstream.always((res, { body }) => {
      const user = String(body.user);
      const leaves = waiting.get(user);
      if (waiting.delete(user)) leaves?.();
      else res.writeHead(200, { 'content-type': 'text/event-stream' }).write(chunk({ content: 'Once' }));
    });
    await leaveMany(AT_ONCE * 5);
    await settled();
    forget();
    collectGarbage();
    const [before, heapBefore] = [resources(), process.memoryUsage().heapUsed];
    await leaveMany(CALLERS);
    await settled();
    expect(upstream.received).to.have.length(CALLERS);
    forget();
    collectGarbage();
    const [after, heapAfter] = [resources(), process.memoryUsage().heapUsed];

    const { TCPSocketWrap: socketsAfter = 0, ...restAfter } = after;
    const { TCPSocketWrap: socketsBefore = 0, ...restBefore } = before;
    expect(restAfter).to.deep.equal(restBefore);
    expect(socketsAfter).to.be.at.most(Math.max(socketsBefore, 2));
    expect(heapAfter - heapBefore).to.be.below(MOST_BYTES);
    expect(warnings).to.deep.equal([]);
    process.off('warning', onWarning);

    const [target] = runtime.chains.all[0]?.targets ?? [];
    expect(target && runtime.stateOf(target).quotas.map(({ inFlight }) => inFlight)).to.deep.equal([0]);
    expect(runtime.waterfall.waiting).to.equal(0);
    expect(Object.fromEntries(statuses)).to.deep.equal({ 200: 1, 499: CALLERS + AT_ONCE * 5 });
    upstream.always(answer('still there'));
    expect((await new RawCaller(proxy.address).answer()).body.toString()).to.contain('there');
  });
});
