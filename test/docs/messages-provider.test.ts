import { testProviderType } from '429chain/testing';
import { expect } from 'chai';
import { MESSAGES_SHAPE } from './messages-api.js';
import { ROOT } from './pages.js';

interface Translate {
  chunksOf(): (event: { data: unknown }) => { choices: Delta[] } | undefined;
}
interface Delta {
  delta: { tool_calls: { function: { arguments: string } }[] };
}

describe('docs/examples/messages-provider', () => {
  it('passes the conformance kit, translated both ways', async () => {
    const plugin = `${ROOT}docs/examples/messages-provider`;
    const report = await testProviderType(plugin, { type: 'messages', upstream: MESSAGES_SHAPE });
    expect(report.ok, String(report)).to.equal(true);
  });

  it('gives a streamed call without arguments those that a whole one has', async () => {
    const { chunksOf } = (await import(`${ROOT}docs/examples/messages-provider/translate.js`)) as Translate;
    const turn = chunksOf();
    const events = [
      { type: 'content_block_start', content_block: { type: 'tool_use', id: 'call', name: 'now', input: {} } },
      { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '' } },
      { type: 'content_block_stop' },
    ];
    const parts = events.map((data) => turn({ data })?.choices[0]?.delta.tool_calls[0]?.function.arguments);
    expect(parts.join('')).to.equal('{}');
  });
});
