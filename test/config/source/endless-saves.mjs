/** `node endless-saves.mjs STORE FILE`: saves to a file until it is killed, each time other retries and a variable. */
const [, , built = '', file = ''] = process.argv;
/** @type {typeof import('../../../src/config/source/store.js')} */
const { openStore } = await import(built);
const say = () => {};
const store = openStore(file, { env: {}, log: { debug: say, info: say, warn: say, error: say } });
for (let count = 0; ; count++) {
  /** @type {import('../../../src/config/edit/edit.js').Edit[]} */
  const edits = [{ op: 'set', path: ['chains', 'default', 'retries'], value: count % 11 }];
  await store.save({ edits, secrets: { KEY: `value-${count}` } }, store.revision);
  if (count % 20 === 0) process.stdout.write('.');
}
