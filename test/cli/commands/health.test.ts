import { expect } from 'chai';
import { chunk, DONE, type ScriptedUpstream } from '../../scripted-upstream.js';
import { ProxyFolder } from '../proxy-folder.js';
import { type Run, type Running, SECRETS } from '../run.js';

describe('429chain health', () => {
  let started: ProxyFolder;
  let upstream: ScriptedUpstream;
  let running: Running;

  before(async () => {
    started = await ProxyFolder.start();
    ({ upstream, running } = started);
  });

  after(() => started.close());

  const health = (...more: string[]): Promise<Run> => started.run('health', ...more);

  it('exits with status 0 and reports the states of the targets', async () => {
    const { status, stdout } = await health();
    expect(stdout).to.match(/^429chain \S+ at http:\/\/127\.0\.0\.1:\d+ serves requests\. Targets: 1 available\.$/m);
    expect(status).to.equal(0);
  });

  it('asks the loopback address when the proxy listens on every interface', async () => {
    expect(await health('--host', '0.0.0.0')).to.include({ status: 0, stderr: '' });
  });

  it('needs no valid configuration with --port', async () => {
    expect(await health('--config', 'absent.json5')).to.include({ status: 0 });
  });

  it('exits with status 1 while the proxy is stopping', async () => {
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    upstream.script(async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk({ content: 'begun' }));
      await finished;
      res.end(chunk({}, 'stop') + DONE);
    });
    const response = await fetch(`${running.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRETS.proxy}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'default', stream: true, messages: [{ role: 'user', content: 'hello' }] }),
    });
    const ended = running.end();
    await running.printed(/Stopping/);
    expect((await health()).status).to.equal(1);
    finish();
    expect(await response.text()).to.contain('[DONE]');
    expect((await ended).status).to.equal(0);
  });

  it('exits with status 1 when the proxy does not answer', async () => {
    const { status, stdout, stderr } = await health();
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
    expect(stderr).to.match(/^429chain does not answer at http:\/\/127\.0\.0\.1:\d+\/health: ECONNREFUSED\.$/m);
  });
});
