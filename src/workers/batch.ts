/** Sends what comes in one turn of the event loop as one message: a message costs more than what it says. */
export const inBatches = <M>(send: (messages: readonly M[]) => void): ((message: M) => void) => {
  let batch: M[] = [];
  return (message) => {
    if (batch.push(message) > 1) return;
    setImmediate(() => {
      const messages = batch;
      batch = [];
      send(messages);
    });
  };
};
