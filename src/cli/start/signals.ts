/** Lets signals end the process at once. @returns a function that ends this */
export const endAtOnce = (before = (): void => {}): (() => void) => {
  const endWith = (status: number) => (): void => {
    before();
    process.exit(status);
  };
  const [interrupted, terminated] = [endWith(130), endWith(143)];
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', terminated);
  return () => {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', terminated);
  };
};
