import { expect } from 'chai';
import { type Answerer, answer, reply } from '../../scripted-upstream.js';
import { ADMIN_KEY } from '../browser.js';
import { PlaygroundStage } from './stage.js';

/** A second of silence, as WAV. */
const wav = (): Buffer => {
  const rate = 8_000;
  const bytes = Buffer.alloc(44 + rate);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + rate, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(rate, 40);
  return bytes.fill(128, 44);
};
const sound: Answerer = (res) => void res.writeHead(200, { 'content-type': 'audio/wav' }).end(wav());
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** What the browser has, and Node does not. */
type Made = new (...given: readonly unknown[]) => object;
interface Browser {
  readonly DataTransfer: new () => { readonly items: { add(file: object): void } };
  readonly ClipboardEvent: Made;
  readonly DragEvent: Made;
}

/** Pastes a PNG into an element, or drops it there. */
const giveFile = (field: unknown, [type, name, base64]: readonly [string, string, string]): void => {
  const { DataTransfer, ClipboardEvent, DragEvent } = globalThis as unknown as Browser;
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  data.items.add(new File([bytes], name, { type: 'image/png' }));
  const more = { bubbles: true, cancelable: true, composed: true, clipboardData: data, dataTransfer: data };
  const event = type === 'paste' ? new ClipboardEvent(type, more) : new DragEvent(type, more);
  (field as { dispatchEvent(event: object): void }).dispatchEvent(event);
};

describe('The requests of the playground', () => {
  const stage = PlaygroundStage.forEachTest();

  it('go to every protocol of chat, and continue one conversation', async () => {
    await stage.ask('One');
    await stage.turn().getByText('from the first').waitFor();
    for (const [place, protocol] of ['Responses', 'Messages'].entries()) {
      await stage.choose(protocol);
      await stage.ask(`In ${protocol}`);
      await stage
        .turn(place + 1)
        .getByText('from the first')
        .waitFor();
      await stage
        .turn(place + 1)
        .getByText(/^Tokens .* in, .* out/)
        .waitFor();
    }
    const { messages } = stage.one.received.at(-1)?.body ?? {};
    expect((messages as { role: string }[]).map(({ role }) => role)).to.deep.equal([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
    const requests = await stage.logged();
    expect(requests.map(({ path }) => path).toReversed()).to.deep.equal([
      '/chat/completions',
      '/responses',
      '/messages',
    ]);
  });

  it('show vectors, rankings, verdicts and pictures', async () => {
    const { page, one } = stage;
    await stage.choose('Embeddings');
    await page.getByText('POST /v1/embeddings').waitFor();
    one.always(
      reply(200, {
        data: [
          { index: 0, embedding: [1, 0] },
          { index: 1, embedding: [0, 1] },
        ],
        usage: { prompt_tokens: 4 },
      }),
    );
    await stage.ask('left\nright', 'Texts');
    await stage.turn().getByText('2 vectors of 2 numbers').waitFor();
    await stage.turn().getByRole('row', { name: '1 1.000 0.000' }).waitFor();

    await stage.choose('Rerank');
    one.always(
      reply(200, {
        results: [
          { index: 1, relevance_score: 0.9 },
          { index: 0, relevance_score: 0.1 },
        ],
      }),
    );
    await page.getByLabel('Documents').fill('worse\nbetter');
    await stage.ask('Which?', 'Question');
    await stage.turn(1).getByRole('row', { name: '0.9000 better' }).waitFor();

    await stage.choose('Moderations');
    one.always(
      reply(200, { results: [{ flagged: true, categories: { violence: true }, category_scores: { violence: 0.8 } }] }),
    );
    await stage.ask('Something', 'Text to judge');
    await stage.turn(2).getByText('Flagged', { exact: true }).first().waitFor();
    await stage.turn(2).getByRole('row', { name: 'violence yes 0.8000' }).waitFor();

    await stage.choose('Images');
    one.always(reply(200, { data: [{ b64_json: PNG.toString('base64') }] }));
    await stage.ask('A picture', 'Description');
    const image = stage.turn(3).getByRole('img', { name: 'The image of the answer' });
    await image.waitFor();
    expect(await image.evaluate((each) => (each as unknown as { naturalWidth: number }).naturalWidth)).to.equal(1);
    await stage.visitor.expectAccessible();
  });

  it('play speech, and send a recording', async () => {
    const { page, one } = stage;
    await stage.choose('Speech');
    one.always(sound);
    await stage.ask('Hello', 'Text to speak');
    await stage.turn().getByRole('button', { name: 'Play' }).click();
    await stage
      .turn()
      .getByText(/audio\/wav, 8 KB, 1\.00 s/)
      .waitFor();

    await stage.choose('Transcription');
    one.always(reply(200, { text: 'spoken words' }));
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Choose a recording first.').waitFor();
    await page.getByLabel('Choose a recording').setInputFiles({ name: 'a.wav', mimeType: 'audio/wav', buffer: wav() });
    await page.getByLabel('Language').fill('de');
    await page.getByRole('button', { name: 'Send' }).click();
    await stage.turn(1).getByText('spoken words').waitFor();
    const form = one.received.at(-1)?.bytes.toString('latin1') ?? '';
    expect(form)
      .to.include('filename="a.wav"')
      .and.to.match(/name="language"\r\n\r\nde/);
  });

  it('have images that are chosen, dropped or pasted, and no other files', async () => {
    const { page, one } = stage;
    await page.getByLabel('Add images').setInputFiles([
      { name: 'a.png', mimeType: 'image/png', buffer: PNG },
      { name: 'a.txt', mimeType: 'text/plain', buffer: PNG },
    ]);
    await page.getByText('1 file left out. a.txt is no PNG, JPEG, WebP or GIF image.').waitFor();
    for (const [type, name] of [
      ['paste', 'pasted.png'],
      ['drop', 'dropped.png'],
    ] as const) {
      await stage.field().evaluate(giveFile, [type, name, PNG.toString('base64')] as const);
    }
    await page.getByRole('button', { name: 'Remove pasted.png' }).waitFor();
    await page.getByRole('button', { name: 'Remove dropped.png' }).waitFor();
    await page.getByRole('button', { name: 'Remove a.png' }).click();
    await stage.ask('What is it?');
    await stage.turn().getByText('from the first').waitFor();
    const url = `data:image/png;base64,${PNG.toString('base64')}`;
    // 429chain asks for the models first, to know which of them see images.
    expect(one.received.at(-1)?.body.messages).to.deep.equal([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url } },
          { type: 'image_url', image_url: { url } },
        ],
      },
    ]);
  });

  it('name the chain that answers, and warn of an unknown name', async () => {
    const { page } = stage;
    const picker = page.getByRole('combobox', { name: 'Chain or target' });
    await page.getByText('The default chain “default” answers. Next: one/a-model.').waitFor();
    await picker.fill('defualt');
    await page.getByText('No chain or target is named “defualt”.').waitFor();
    await stage.visitor.expectAccessible();
    await picker.fill('two');
    await page.getByRole('option', { name: 'two/a-model' }).waitFor();
    await picker.press('ArrowDown');
    await picker.press('Enter');
    expect(await picker.inputValue()).to.equal('two/a-model');
    await page.getByText('This target alone answers. Next: two/a-model.').waitFor();
    await stage.ask('Hello');
    await stage.turn().getByText('from the second').waitFor();
  });

  it('stay while the user looks at another page, and are gone after a sign-out', async () => {
    const { page, visitor } = stage;
    await stage.ask('First');
    await stage.turn().getByRole('link', { name: 'Open the request' }).click();
    await page.getByRole('heading', { name: 'Attempts' }).waitFor();
    await page.goBack();
    await stage.turn().getByText('from the first').waitFor();
    await stage.field().fill('A secret');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin key').fill(ADMIN_KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Ask something' }).waitFor();
    expect(await stage.field().inputValue()).to.equal('');
    visitor.expectNothingWrong();
  });

  it('keep what was not sent over a reload', async () => {
    const { page } = stage;
    await stage.choose('Messages');
    await page.getByLabel('System prompt').fill('Be brief.');
    await stage.field().fill('Not sent yet');
    await page.reload();
    await stage.field().waitFor();
    expect(await stage.field().inputValue()).to.equal('Not sent yet');
    expect(await page.getByLabel('System prompt').inputValue()).to.equal('Be brief.');
    expect(await page.getByLabel('Protocol').inputValue()).to.equal('messages');
    stage.one.always(answer('sent'));
    await stage.field().press('Control+Enter');
    await stage.turn().getByText('sent', { exact: true }).waitFor();
    await page.reload();
    await stage.field().waitFor();
    expect(await stage.field().inputValue()).to.equal('');
  });
});
