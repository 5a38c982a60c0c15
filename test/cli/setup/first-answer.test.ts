import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { Folder } from '../run.js';

const EXAMPLE = readFileSync(new URL('../../../429chain.json5', import.meta.url), 'utf8');

describe('The example configuration, without any variable', () => {
  let folder: Folder;
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    folder = new Folder();
    upstream = await ScriptedUpstream.start();
    // Every provider is this one.
    folder.write(
      '429chain.json5',
      EXAMPLE.replaceAll(/^ {4}'?([\w-]+)'?: \{ type: '\1'/gm, `$&, baseUrl: '${upstream.baseUrl}'`),
    );
  });

  afterEach(async () => {
    folder.remove();
    await upstream.close();
  });

  it('answers through providers without a key, the next one when one is at its limit', async () => {
    upstream.always((res, request) => {
      const { model } = request.body as { model: string };
      const isFirst = model === 'gpt-oss-120b';
      return (isFirst ? reply(429, { message: 'API rate limit exceeded' }) : answer('Free water.'))(res, request);
    });
    const proxy = await folder.start(['--port', '0']);
    const key = folder.read('.429chain/api-key').trim();
    const response = await fetch(`${proxy.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'default', messages: [{ role: 'user', content: 'Hello' }] }),
    });
    expect(response.headers.get('x-429chain-target')).to.equal('ovh/gpt-oss-20b');
    const { choices } = (await response.json()) as { choices: [{ message: { content: string } }] };
    expect(choices[0].message.content).to.equal('Free water.');
    for (const { headers } of upstream.received) expect(headers).not.to.have.property('authorization');
    await proxy.end();
  });
});
