import { openStore } from '../../../src/config/source/store.js';
import { silentLog } from '../../../src/log.js';

/** Saves to the file of its first argument until it is killed: each time another number of retries, and a variable. */
const store = openStore(process.argv[2] as string, { env: {}, log: silentLog });
for (let count = 0; ; count++) {
  const edits = [{ op: 'set', path: ['chains', 'default', 'retries'], value: count % 11 }] as const;
  await store.save({ edits, secrets: { KEY: `value-${count}` } }, store.revision);
  if (count % 20 === 0) process.stdout.write('.');
}
