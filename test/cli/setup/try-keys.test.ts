import { expect } from 'chai';
import { tryKeys } from '../../../src/cli/setup/try-keys.js';
import { type Answerer, reply, ScriptedUpstream } from '../../scripted-upstream.js';

const GOOD = 'sk-a-good-key-1';
const WRONG = 'sk-a-wrong-key-2';

describe('tryKeys', () => {
  let upstream: ScriptedUpstream;
  let said: string[];
  const prompt = { say: (text: string): void => void said.push(text), during: <T>(work: Promise<T>) => work };

  const provider: Answerer = (res, request) =>
    request.headers.authorization === `Bearer ${GOOD}`
      ? reply(200, { data: [{ id: 'a-model' }] })(res, request)
      : reply(401, { error: { message: `Wrong key: ${request.headers.authorization}` } })(res, request);

  const configuration = (): string =>
    JSON.stringify({
      providers: Object.fromEntries(
        ['one', 'two', 'three'].map((id) => [
          id,
          { type: 'openai-compatible', baseUrl: upstream.baseUrl, apiKey: `\${${id.toUpperCase()}_KEY}` },
        ]),
      ),
      chains: { default: ['one/a-model', 'two/a-model', 'three/a-model'] },
    });

  beforeEach(async () => {
    said = [];
    upstream = (await ScriptedUpstream.start()).always(provider);
  });

  afterEach(() => upstream.close());

  it('tries keys at their providers, and asks for a rejected one until it is accepted', async () => {
    const typed = [WRONG, GOOD];
    const asked: string[] = [];
    const keys = await tryKeys(configuration(), { ONE_KEY: GOOD, TWO_KEY: WRONG }, prompt, async (name) => {
      asked.push(name);
      return typed.shift() ?? '';
    });
    expect(keys).to.deep.equal({ ONE_KEY: GOOD, TWO_KEY: GOOD });
    expect(asked).to.deep.equal(['TWO_KEY', 'TWO_KEY']);
    expect(said.join('\n')).to.match(/ONE_KEY +ok +1 model\n +TWO_KEY +key refused +401: Wrong key: /);
    expect(said.join('\n')).not.to.contain(WRONG);
    expect(said.join('\n')).not.to.contain('THREE_KEY');
  });

  it('keeps a rejected key when the user enters nothing', async () => {
    const keys = await tryKeys(configuration(), { TWO_KEY: WRONG }, prompt, async () => '');
    expect(keys).to.deep.equal({ TWO_KEY: WRONG });
  });
});
