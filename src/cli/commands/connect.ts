import { homedir } from 'node:os';
import { splitTarget } from '../../config/target-name.js';
import { suggest } from '../../config/wording.js';
import { isFields } from '../../plugin/fields.js';
import { COMMAND_NAME } from '../command-name.js';
import { CLIENTS, type Client, KEY_SETTINGS } from '../connect/clients.js';
import { SettingsFile } from '../connect/settings-file.js';
import type { Setting } from '../connect/settings-format.js';
import type { Way } from '../connect/way.js';
import { KEY_VARIABLES } from '../key-variables.js';
import type { CommandLine } from '../options.js';
import { checkChainName } from '../proxy/chain-name.js';
import { type CalledProxy, findProxy, send } from '../proxy/running-proxy.js';
import { CommandError } from '../terminal/command-error.js';
import { tableOf } from '../terminal/table.js';

/**
 * Points a client at the proxy by changing its settings file; `--undo` restores the file. Prints what changed.
 * Without a name, lists the clients.
 */
export const connect = async (line: CommandLine): Promise<void> => {
  const [name, ...more] = line.words;
  if (name === undefined) return console.log(listOf());
  const client = Object.hasOwn(CLIENTS, name) ? CLIENTS[name] : undefined;
  if (client === undefined || more.length > 0) throw unknownClient(line.words.join(' '));
  const file = new SettingsFile(client.file(homedir(), process.env));
  if (line.options.undo) return console.log(undone(client, file));
  const way = await wayOf(line);
  const isRunning = await answers(way);
  console.log(connected(name, client, file, way));
  if (!isRunning) console.log(`Nothing answers at ${way.address} yet. ${way.command} runs the proxy.`);
};

/**
 * How a client reaches the proxy of a command line.
 * @throws CommandError for a chain that does not exist, or when only the proxy knows its chains and does not list them
 */
export const wayOf = async (line: CommandLine): Promise<Way & CalledProxy> => {
  const proxy = await findProxy(line);
  const { address, command, settings } = proxy;
  const key = proxy.keyOf('api-key');
  const { chain } = line.options;
  if (settings !== undefined && chain !== undefined)
    return { address, command, key, chain: checkChainName(chain, settings) };
  if (settings?.defaultChain !== undefined) return { address, command, key, chain: settings.defaultChain };
  return { address, command, key, chain: chainIn(await modelsOf(proxy, key), chain, address) };
};

/** The names of chains and targets that a proxy lists; chains come first. @throws CommandError */
const modelsOf = async (proxy: CalledProxy, key: string): Promise<readonly string[]> => {
  const response = await send(proxy, '/v1/models', key);
  const list: unknown = await response.json().catch(() => undefined);
  checkKey(response, proxy.address);
  const models: readonly unknown[] = isFields(list) && Array.isArray(list.data) ? list.data : [];
  return models.flatMap((model) => (isFields(model) && typeof model.id === 'string' ? [model.id] : []));
};

/** The listed chain or target that `asked` names, or the first one. @throws CommandError if there is none */
const chainIn = (models: readonly string[], asked: string | undefined, address: string): string => {
  const provider = splitTarget(asked ?? '')?.provider;
  const isListed = (name: string) => name === asked || (provider !== undefined && name.startsWith(`${provider}/`));
  if (asked !== undefined && models.some(isListed)) return asked;
  if (asked !== undefined) {
    throw new CommandError(
      `${address} has no chain "${asked}". It lists: ${models.join(', ') || 'nothing'}.${suggest(asked, models)}`,
      2,
    );
  }
  const [first] = models;
  if (first === undefined) throw new CommandError(`${address} lists no chains. Add one to its configuration.`);
  return first;
};

const checkKey = ({ status }: Response, address: string): void => {
  if (status !== 401) return;
  throw new CommandError(
    `${address} refuses the API key. Set ${KEY_VARIABLES['api-key']} to a key of that proxy, or use --data-dir with its data folder.`,
  );
};

/** Whether a proxy answers, and accepts the key. @throws CommandError for a key that it refuses */
const answers = async (way: Way & CalledProxy): Promise<boolean> => {
  const response = await send(way, '/v1/models', way.key).catch(() => undefined);
  await response?.body?.cancel();
  if (response !== undefined) checkKey(response, way.address);
  return response !== undefined;
};

const connected = (name: string, client: Client, file: SettingsFile, way: Way): string => {
  const settings = client.settings(way);
  const existed = file.exists;
  const before = file.read();
  const after = changed(file, () => client.format.set(before, settings));
  if (after === before) return `${client.title} already uses ${way.address}. ${file.path} needs no change.`;
  file.change(after);
  return [
    `${client.title} now uses ${way.address}. Changed in ${file.path}:`,
    tableOf(settings.map(rowOf)),
    existed
      ? `A copy of the previous file is ${file.backup}. ${COMMAND_NAME} connect ${name} --undo restores it.`
      : `429chain created this file. ${COMMAND_NAME} connect ${name} --undo removes it.`,
    ...(client.note === undefined ? [] : [client.note]),
    `Try it:\n  ${client.tryIt}\n  ${COMMAND_NAME} doctor ${name}   sends a request as ${client.title} would, and shows which target answers`,
  ].join('\n');
};

const undone = (client: Client, file: SettingsFile): string => {
  const before = file.readBackup();
  if (before === undefined) return `Nothing to undo: 429chain has not changed ${file.path}.`;
  const settings = client.settings({ address: '', key: '', chain: '' });
  file.undo(changed(file, () => client.format.restore(file.read(), before, settings)));
  if (!file.exists) return `${client.title} no longer uses 429chain. Removed ${file.path}, which 429chain had created.`;
  return `${client.title} no longer uses 429chain. Restored in ${file.path}:\n${tableOf(settings.map(({ path }) => [path.join('.')]))}`;
};

/** @throws CommandError for a file that is not in the client's own format */
export const changed = (file: SettingsFile, change: () => string): string => {
  try {
    return change();
  } catch (cause) {
    throw new CommandError(`Cannot change ${file.path}: ${(cause as Error).message}`);
  }
};

const rowOf = ({ path, value }: Setting): string[] => [path.join('.'), JSON.stringify(masked(path.at(-1), value))];

/** A value as it may be printed: without keys. */
const masked = (name: string | undefined, value: unknown): unknown => {
  if (name !== undefined && KEY_SETTINGS.has(name)) return '(the API key)';
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([inner, each]) => [inner, masked(inner, each)]));
};

const listOf = (): string => {
  const rows = Object.entries(CLIENTS).map(([name, client]) => [
    `${COMMAND_NAME} connect ${name}`,
    client.title,
    client.file(homedir(), process.env),
  ]);
  return `Clients whose settings 429chain can write:\n${tableOf(rows)}\nThe page Connect of the admin has the settings of other programs.`;
};

/** The error for a name that is no client. */
export const unknownClient = (name: string): CommandError => {
  const names = Object.keys(CLIENTS);
  return new CommandError(
    `Unknown client '${name}'. Clients: ${names.join(', ')}.${suggest(name, names)}\nThe page Connect of the admin has the settings of other programs.`,
    2,
  );
};
