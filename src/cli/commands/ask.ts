import type { Settings } from '../../config/settings.js';
import { splitTarget } from '../../config/target-name.js';
import { suggest } from '../../config/wording.js';
import { parseBody } from '../../engine/parse-body.js';
import { printable } from '../../logging/printable.js';
import { OWN_NAME } from '../command-name.js';
import type { CommandLine } from '../options.js';
import { textsOf } from '../proxy/answer-text.js';
import { refusalOf } from '../proxy/error-text.js';
import { findProxy, send } from '../proxy/running-proxy.js';
import { CommandError } from '../terminal/command-error.js';

/** Sends one question through a running proxy: the answer to standard output, who served it to standard error. */
export const ask = async (line: CommandLine): Promise<void> => {
  const { address, settings, keyOf } = await findProxy(line);
  const question = await questionOf(line);
  const response = await send(address, '/v1/chat/completions', keyOf('api-key'), {
    ...(line.options.chain === undefined ? {} : { model: chainOf(line.options.chain, settings) }),
    messages: [{ role: 'user', content: question }],
    stream: true,
  });
  const target = response.headers.get('x-429chain-target');
  const servedBy = target === null ? null : decodeURI(target);
  if (!response.ok) throw new CommandError(refusalOf(response.status, parseBody(await response.text()), servedBy));
  await print(response);
  console.error(servedBy === null ? `${address} does not say which target answered.` : servedLine(servedBy, response));
};

/** @throws CommandError when there is none */
const questionOf = async ({ words }: CommandLine): Promise<string> => {
  const question = words.length > 0 ? words.join(' ') : process.stdin.isTTY ? '' : await readInput();
  if (question.trim() !== '') return question;
  throw new CommandError(`There is no question. Write ${OWN_NAME} ask "…", or pipe one in.`, 2);
};

const readInput = async (): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

/** @throws CommandError for a name that the proxy would take for its default chain, if its settings are known */
export const chainOf = (name: string, settings: Settings | undefined): string => {
  if (settings === undefined) return name;
  const { chains, providers } = settings;
  const names = chains.map((chain) => chain.name);
  const provider = splitTarget(name)?.provider;
  if (names.includes(name) || providers.some(({ id }) => id === provider)) return name;
  throw new CommandError(
    `There is no chain "${name}". Chains: ${names.join(', ') || 'none'}.${suggest(name, names)}`,
    2,
  );
};

/** @throws CommandError when the answer breaks off or says nothing */
const print = async (response: Response): Promise<void> => {
  let last = '';
  // A reader who leaves early, such as `head`, has read enough.
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
  if (last === '') throw new CommandError('The answer has no text.');
};

const servedLine = (servedBy: string, { headers }: Response): string => {
  const attempts = headers.get('x-429chain-attempts') ?? '1';
  return `${servedBy} answered, ${attempts} ${attempts === '1' ? 'attempt' : 'attempts'}.`;
};
