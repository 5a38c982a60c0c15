import { RequestStore } from '../../../plugins/nedb-logger/store.js';
import { DAY_MS, recordOf } from '../request-log/records.js';

/** Logs to the folder of its first argument until it is killed. Prints the count after every 100 records. */
const [, , folder = ''] = process.argv;
const store = new RequestStore(folder, {
  keepMs: 30 * DAY_MS,
  maxRequests: 200_000,
  maxBytes: 2 ** 40,
  now: Date.now,
  log: console,
});
let logged = 0;
setInterval(() => {
  for (let index = 0; index < 5; index++) store.add(recordOf(`r-${logged++}`));
  if (logged % 100 === 0) process.stdout.write(`${Date.now()} ${logged}\n`);
}, 2);
