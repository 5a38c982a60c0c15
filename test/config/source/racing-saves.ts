import type { Edit } from '../../../src/config/edit/edit.js';
import { openStore } from '../../../src/config/source/store.js';
import { silentLog } from '../../../src/log.js';

/** What a parent asks for: a save of these retries and this variable, from this revision. */
export interface Race {
  readonly revision: string;
  readonly retries: number;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** `racing-saves.ts FILE`, forked: saves what its parent sends, and answers with `saved` or with the code of the error. */
const [, , file = ''] = process.argv;
const store = openStore(file, { env: {}, log: silentLog });
process.on('message', async ({ revision, retries, secrets = {} }: Race) => {
  const edits: Edit[] = [{ op: 'set', path: ['chains', 'default', 'retries'], value: retries }];
  const answer = await store.save({ edits, secrets }, revision).then(
    () => 'saved',
    ({ code }: { code: string }) => code,
  );
  process.send?.(answer);
});
process.send?.('ready');
