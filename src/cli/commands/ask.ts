import { parseBody } from '../../engine/parse-body.js';
import { printable } from '../../logging/printable.js';
import { COMMAND_NAME } from '../command-name.js';
import type { CommandLine } from '../options.js';
import { textsOf } from '../proxy/answer-text.js';
import { checkChainName } from '../proxy/chain-name.js';
import { errorText } from '../proxy/error-text.js';
import { findProxy, send } from '../proxy/running-proxy.js';
import { CommandError } from '../terminal/command-error.js';

/** Sends one question to a running proxy. Prints the answer to standard output and its target to standard error. */
export const ask = async (line: CommandLine): Promise<void> => {
  const proxy = await findProxy(line);
  const { address, settings, keyOf } = proxy;
  const question = await readQuestion(line);
  const response = await send(proxy, '/v1/chat/completions', keyOf('api-key'), {
    ...(line.options.chain === undefined ? {} : { model: checkChainName(line.options.chain, settings) }),
    messages: [{ role: 'user', content: question }],
    stream: true,
  });
  const target = response.headers.get('x-429chain-target');
  const servedBy = target === null ? null : decodeURI(target);
  if (!response.ok) throw new CommandError(errorText(response.status, parseBody(await response.text()), servedBy));
  await printAnswer(response);
  console.error(servedBy === null ? `${address} does not name the target.` : attemptsText(servedBy, response));
};

/** @throws CommandError when there is no question */
const readQuestion = async ({ words }: CommandLine): Promise<string> => {
  const question = words.length > 0 ? words.join(' ') : process.stdin.isTTY ? '' : await readInput();
  if (question.trim() !== '') return question;
  throw new CommandError(
    `The question is missing. Run ${COMMAND_NAME} ask "…", or pipe the question to ${COMMAND_NAME} ask.`,
    2,
  );
};

const readInput = async (): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

/** @throws CommandError when the answer breaks off or is empty */
const printAnswer = async (response: Response): Promise<void> => {
  let last = '';
  // A reader that closes the pipe early, such as `head`, is not an error.
  process.stdout.once('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
  try {
    for await (const text of textsOf(response)) {
      process.stdout.write(printable(text));
      if (text !== '') last = text;
    }
  } catch (error) {
    throw error instanceof CommandError
      ? error
      : new CommandError(`The answer broke off: ${(error as Error).message}.`);
  } finally {
    if (last !== '' && !last.endsWith('\n')) process.stdout.write('\n');
  }
  if (last === '') throw new CommandError('The answer is empty.');
};

const attemptsText = (servedBy: string, { headers }: Response): string => {
  const attempts = headers.get('x-429chain-attempts') ?? '1';
  return `${servedBy} answered, ${attempts} ${attempts === '1' ? 'attempt' : 'attempts'}.`;
};
