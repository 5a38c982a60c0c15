import { expect } from 'chai';
import { ROUTES } from '../routes.js';
import { AdminStage } from '../stage.js';

/** Bodies that a script may send by mistake. For `undefined`, no body is sent. */
const NONSENSE: readonly unknown[] = [
  undefined,
  [],
  [null],
  { targets: [null], options: null, headers: null, limits: null, timeouts: null, label: null, text: null, name: null },
  {
    type: 'groq',
    options: [],
    headers: 'x',
    limits: 'x',
    timeouts: [],
    target: {},
    targets: 'x',
    scope: {},
    apiKey: 7,
  },
  { type: 'openrouter', targets: [[]], options: 'x', limits: [null], enabled: 'x', scope: 'one', dimension: 'x' },
];

describe('A nonsensical body', () => {
  const stage = AdminStage.forEachTest();

  for (const route of ROUTES.filter((each) => /^(?:POST|PUT) /.test(each))) {
    it(`is answered by ${route} without a server error`, async () => {
      for (const body of NONSENSE) {
        const { status, text } = await stage.call(route.replace(/:\w+/, 'one'), body);
        expect(status, `${JSON.stringify(body)}: ${text}`).to.be.below(500);
      }
      expect(stage.admin.log.lines.join('\n')).not.to.include('Unexpected');
    });
  }

  it('is answered without a server error at the sign-in', async () => {
    const { status } = await fetch(`${stage.admin.address}/admin/api/session`, { method: 'POST' });
    expect(status).to.equal(400);
  });
});
