/** Where the image serves. */
export const ADDRESS = 'http://127.0.0.1:3429';

/** Does it, and says so. @throws what `body` throws */
export const step = async (what: string, body: () => Promise<void>): Promise<void> => {
  await body();
  console.log(`  ✓ ${what}`);
};
