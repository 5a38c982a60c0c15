/** Splits `provider/model` at the first slash. `undefined` if one of the two is missing. */
export const splitTarget = (text: string): { provider: string; model: string } | undefined => {
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1) return undefined;
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) };
};
