/** The address of the container. */
export const ADDRESS = 'http://127.0.0.1:3429';

/** Runs a step and prints its name. @throws what `body` throws */
export const step = async (what: string, body: () => Promise<void>): Promise<void> => {
  await body();
  console.log(`  ✓ ${what}`);
};
