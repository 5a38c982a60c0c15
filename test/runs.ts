/** Whether tests that repeat something very often do so to the full: `LONG_TESTS=1 npm test`, as before a release. */
const isLong = process.env.LONG_TESTS !== undefined;

/** How often to repeat something: `most` in the long form, otherwise as often as finds a fault that is likely at all. */
export const runs = (most: number, usual: number): number => (isLong ? most : usual);
