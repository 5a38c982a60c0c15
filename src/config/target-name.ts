/** `provider/model`, split at the first slash; `undefined` when there is none, or nothing on one side of it. */
export const splitTarget = (text: string): { provider: string; model: string } | undefined => {
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1) return undefined;
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) };
};
