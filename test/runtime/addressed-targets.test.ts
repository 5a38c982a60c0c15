import { expect } from 'chai';
import { chainOver, type RunningProxy, startProxy } from '../proxy.js';
import { ScriptedUpstream } from '../scripted-upstream.js';

describe('Targets that requests address by name', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
    proxy = await startProxy(chainOver([upstream]));
  });

  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  it('are remembered while they are used, however many others come, and forgotten when they are not', () => {
    const { chains } = proxy.app.runtime;
    const [used, unused] = [chains.targets('one/used'), chains.targets('one/unused')].flat();
    for (let index = 0; index < 2_000; index++) {
      chains.targets(`one/other-${index}`);
      expect(chains.targets('one/used')[0]).to.equal(used);
    }
    expect(chains.targets('one/unused')[0]).not.to.equal(unused);
  });

  it('are the targets of a chain where a chain names them', () => {
    const { chains } = proxy.app.runtime;
    expect(chains.targets('one/a-model')[0]).to.equal(chains.all[0]?.targets[0]);
  });

  it('do not exist at a provider that is not configured', () => {
    expect(proxy.app.runtime.chains.targets('nowhere/a-model')).to.deep.equal([]);
  });
});
