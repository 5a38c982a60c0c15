import { homedir } from 'node:os';
import { suggest } from '../../config/wording.js';
import { isFields } from '../../plugin/fields.js';
import { COMMAND_NAME } from '../command-name.js';
import { CLIENTS, type Client, KEY_SETTINGS } from '../connect/clients.js';
import { SettingsFile } from '../connect/settings-file.js';
import type { Setting } from '../connect/settings-format.js';
import type { Way } from '../connect/way.js';
import type { CommandLine } from '../options.js';
import { checkChainName } from '../proxy/chain-name.js';
import { findProxy, type RunningProxy, send } from '../proxy/running-proxy.js';
import { CommandError } from '../terminal/command-error.js';
import { tableOf } from '../terminal/table.js';

/**
 * Writes the settings of a client so that it uses the proxy, or with `--undo` as they were before. Prints what changed.
 * Without a name, lists the clients.
 */
export const connect = async (line: CommandLine): Promise<void> => {
  const [name, ...more] = line.words;
  if (name === undefined) return console.log(listOf());
  const client = Object.hasOwn(CLIENTS, name) ? CLIENTS[name] : undefined;
  if (client === undefined || more.length > 0) throw unknown(line.words.join(' '));
  const file = new SettingsFile(client.file(homedir(), process.env));
  console.log(line.options.undo ? undone(client, file) : connected(name, client, file, await wayOf(line)));
};

/** How a client reaches the proxy of a command line. @throws CommandError for a chain that does not exist */
export const wayOf = async (line: CommandLine): Promise<Way> => {
  const proxy = await findProxy(line);
  const { address, settings } = proxy;
  const key = proxy.keyOf('api-key');
  const { chain } = line.options;
  if (chain !== undefined) return { address, key, chain: checkChainName(chain, settings) };
  return { address, key, chain: settings?.defaultChain ?? (await firstChain(proxy, key)) };
};

/** The first model that a proxy lists is a chain. */
const firstChain = async ({ address }: RunningProxy, key: string): Promise<string> => {
  const response = await send(address, '/v1/models', key);
  const list: unknown = await response.json().catch(() => undefined);
  const [first] = isFields(list) && Array.isArray(list.data) ? list.data : [];
  if (isFields(first) && typeof first.id === 'string') return first.id;
  throw new CommandError(`${address} lists no chains (status ${response.status}). Name one with --chain.`);
};

const connected = (name: string, client: Client, file: SettingsFile, way: Way): string => {
  const settings = client.settings(way);
  const before = file.read();
  const after = changed(file, () => client.format.set(before, settings));
  if (after === before) return `${client.title} uses ${way.address} already: ${file.path} needs no change.`;
  file.change(after);
  return [
    `${client.title} now uses ${way.address}. Changed in ${file.path}:`,
    tableOf(settings.map(rowOf)),
    `The file as it was is ${file.backup}. ${COMMAND_NAME} connect ${name} --undo restores it.`,
    ...(client.note === undefined ? [] : [client.note]),
    `Try it:\n  ${client.tryIt}`,
  ].join('\n');
};

const undone = (client: Client, file: SettingsFile): string => {
  const before = file.readBackup();
  if (before === undefined) return `Nothing to undo: 429chain has not changed ${file.path}.`;
  const settings = client.settings({ address: '', key: '', chain: '' });
  file.undo(changed(file, () => client.format.restore(file.read(), before, settings)));
  return `${client.title} no longer uses 429chain. Restored in ${file.path}:\n${tableOf(settings.map(({ path }) => [path.join('.')]))}`;
};

/** @throws CommandError for a file that is not in the client's own format */
const changed = (file: SettingsFile, change: () => string): string => {
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
  return `Clients whose settings 429chain can write:\n${tableOf(rows)}\nThe page Connect of the admin has the settings of all others.`;
};

const unknown = (name: string): CommandError =>
  new CommandError(
    `There is no client "${name}". Clients: ${Object.keys(CLIENTS).join(', ')}.${suggest(name, Object.keys(CLIENTS))}`,
    2,
  );
