import { expect } from 'chai';
import { answer, chunk, DONE, stream } from '../../scripted-upstream.js';
import { allowCopying, clipboard } from '../copied.js';
import { PlaygroundStage } from './stage.js';

const USAGE = { usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } };
const HOSTILE = `# Title

**bold** and [good](https://a.example/x), [bad](javascript:window.hit=1), <img src=x onerror="window.hit=1">

<script>window.hit = 1</script>

![secret](https://evil.example/p.png?q=1)

| a | b |
|---|--:|
| 1 | 2 |

\`\`\`js
let x = 1;
\`\`\`
`;

describe('The answers of the playground', () => {
  const stage = PlaygroundStage.forEachTest();

  it('are shown as Markdown of which nothing becomes HTML, is loaded or runs', async () => {
    const { page } = stage;
    await allowCopying(page);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    stage.one.always(
      stream([
        ...(HOSTILE.match(/[\s\S]{1,9}/g) ?? []).map((content) => chunk({ content })),
        chunk({}, 'stop', USAGE),
        DONE,
      ]),
    );
    await stage.ask('Hello');
    const said = stage.turn().getByRole('region', { name: 'Answer' });
    await said.getByRole('heading', { name: 'Title' }).waitFor();
    await said.locator('strong', { hasText: 'bold' }).waitFor();
    await said.getByRole('cell', { name: '2' }).waitFor();
    await said.getByText('<script>window.hit = 1</script>').waitFor();
    const links = said.getByRole('link');
    expect(
      await links.evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.getAttribute('rel')])),
    ).to.deep.equal([
      ['https://a.example/x', 'noopener noreferrer'],
      ['https://evil.example/p.png?q=1', 'noopener noreferrer'],
    ]);
    await stage.turn().getByText('Open the request').waitFor();
    expect(await page.evaluate('window.hit')).to.equal(undefined);
    expect(await said.locator('img, script, iframe').count()).to.equal(0);
    expect(asked.filter((url) => !url.startsWith(stage.server.address))).to.deep.equal([]);
    await said.getByRole('button', { name: 'Copy js' }).click();
    await said.getByText('Copied', { exact: true }).waitFor();
    expect(await clipboard(page)).to.equal('let x = 1;');
    await stage.visitor.expectAccessible();
  });

  it('say that the user stopped them, without a failure, and what was streamed', async () => {
    stage.one.always(stream([chunk({ content: 'one two three four' })], 'hang'));
    await stage.ask('Hello');
    await stage.turn().getByText('one two three four').waitFor();
    await stage.page.getByRole('button', { name: 'Stop', exact: true }).click();
    await stage.turn().getByText('Stopped by you.').waitFor();
    await stage
      .turn()
      .getByText(/≈ \d+ in, \d out/)
      .waitFor();
    await stage.turn().getByText('(estimated)').waitFor();
    expect(await stage.turn().getByRole('alert').count()).to.equal(0);
    const requests = await stage.logged();
    expect(requests[0]).to.include({ status: 499, tokensEstimated: true });
    expect(requests[0]?.completionTokens).to.be.within(1, 20);
    await stage.turn().getByRole('link', { name: 'Open the request' }).click();
    await stage.page.getByText('429chain (estimate)').waitFor();
  });

  it('fold the reasoning, and show the raw request beside the raw answer', async () => {
    stage.one.always(
      stream([chunk({ reasoning: 'A secret thought.' }), chunk({ content: 'Said.' }, 'length', USAGE), DONE]),
    );
    await stage.ask('Hello');
    await stage.turn().getByText('The answer is not complete: length.').waitFor();
    expect(await stage.turn().getByText('A secret thought.').isVisible()).to.equal(false);
    await stage.turn().getByText('Thoughts of the model').click();
    await stage.turn().getByText('A secret thought.').waitFor();
    await stage.turn().getByText('Raw request and answer').click();
    await stage
      .turn()
      .getByRole('group', { name: 'POST /v1/chat/completions' })
      .getByText('"content": "Hello"')
      .waitFor();
    await stage.turn().getByRole('group', { name: 'Raw answer' }).getByText('data: [DONE]').waitFor();
  });

  it('show tool calls, and send typed results back', async () => {
    const { page, one } = stage;
    const call = {
      index: 0,
      id: 'c1',
      type: 'function',
      function: { name: 'weather', arguments: '{"city":"Berlin"}' },
    };
    one.script(stream([chunk({ tool_calls: [call] }, 'tool_calls', USAGE), DONE])).always(answer('It is blue.'));
    await page.locator('summary', { hasText: 'Tools' }).click();
    await page.getByLabel('Tools', { exact: true }).fill('[{"name": "weather", "input_schema": {"type": "object"}}]');
    await stage.ask('Weather?');
    await stage.turn().getByRole('group', { name: 'Call of weather' }).getByText('"city": "Berlin"').waitFor();
    await stage.turn().getByLabel('Result of weather').fill('blue');
    await stage.visitor.expectAccessible();
    await stage.turn().getByRole('button', { name: 'Send the result' }).click();
    await stage.turn(1).getByText('It is blue.').waitFor();
    expect(one.received[0]?.body.tools).to.deep.equal([
      { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } },
    ]);
    expect(one.received[1]?.body.messages).to.deep.include({ role: 'tool', tool_call_id: 'c1', content: 'blue' });
    expect(await stage.turn().getByLabel('Result of weather').count()).to.equal(0);
  });

  it('stand side by side for two targets, and each can be stopped', async () => {
    const { page, one, two } = stage;
    await page.getByRole('button', { name: 'Compare with another' }).click();
    await page.getByLabel('Compare with', { exact: true }).fill('two/other');
    await page.keyboard.press('Escape');
    two.always(stream([chunk({ content: 'So far' })], 'hang'));
    await stage.ask('Both');
    await stage
      .turn()
      .getByRole('region', { name: 'Answer 1 of the default chain' })
      .getByText('from the first')
      .waitFor();
    await stage.turn().getByRole('region', { name: 'Answer 1 of two/other' }).getByText('So far').waitFor();
    const tops = await stage
      .turn()
      .getByRole('heading', { level: 3 })
      .evaluateAll((all) => all.map((each) => Math.round(each.getBoundingClientRect().left)));
    expect(new Set(tops).size).to.equal(2);
    await stage.turn().getByRole('button', { name: 'Stop two/other' }).click();
    await stage.turn().getByText('Stopped by you.').waitFor();
    two.always(answer('from the second'));
    await stage.ask('Again');
    await stage.turn(1).getByText('from the second').waitFor();
    await stage.turn(1).getByText('from the first').waitFor();
    const texts = (all: unknown) => (all as { content: string }[]).map(({ content }) => content);
    expect(texts(one.received.at(-1)?.body.messages)).to.deep.equal(['Both', 'from the first', 'Again']);
    expect(texts(two.received.at(-1)?.body.messages)).to.deep.equal(['Both', 'So far', 'Again']);
    await stage.visitor.expectAccessible();
  });
});
