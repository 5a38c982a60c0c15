import type { Edit } from '../../../src/config/edit/edit.js';
import { openStore } from '../../../src/config/source/store.js';
import { silentLog } from '../../../src/log.js';

/** `endless-saves.ts FILE`: saves to a file until it is killed, each time other retries and a variable. */
const [, , file = ''] = process.argv;
const store = openStore(file, { env: {}, log: silentLog });
for (let count = 0; ; count++) {
  const edits: Edit[] = [{ op: 'set', path: ['chains', 'default', 'retries'], value: count % 11 }];
  await store.save({ edits, secrets: { KEY: `value-${count}` } }, store.revision);
  if (count % 20 === 0) process.stdout.write('.');
}
