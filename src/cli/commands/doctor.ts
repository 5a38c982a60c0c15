import { homedir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { keyedName } from '../../config/keyed-name.js';
import type { TryReply } from '../../contract/models.js';
import type { RequestAttempt, RequestRecord } from '../../contract/requests.js';
import { parseBody } from '../../engine/parse-body.js';
import { COMMAND_NAME } from '../command-name.js';
import { CLIENTS, type Client, type ClientProtocol } from '../connect/clients.js';
import { SettingsFile } from '../connect/settings-file.js';
import type { Way } from '../connect/way.js';
import { type CommandLine, optionsToFind } from '../options.js';
import { errorText } from '../proxy/error-text.js';
import { callAdmin, findProxy, type RunningProxy, send } from '../proxy/running-proxy.js';
import { CommandError } from '../terminal/command-error.js';
import { tableOf } from '../terminal/table.js';
import { changed, unknownClient, wayOf } from './connect.js';

const QUESTION = 'Answer with one word: hello.';

/** A short request in each protocol. */
const REQUESTS: Readonly<Record<ClientProtocol, (chain: string) => { readonly path: string; readonly body: object }>> =
  {
    chat: (model) => ({
      path: '/v1/chat/completions',
      body: { model, messages: [{ role: 'user', content: QUESTION }] },
    }),
    responses: (model) => ({ path: '/v1/responses', body: { model, input: QUESTION } }),
    messages: (model) => ({
      path: '/v1/messages',
      body: { model, max_tokens: 1_000, messages: [{ role: 'user', content: QUESTION }] },
    }),
  };

/**
 * Sends a short request to a running proxy, with the name of a client in its protocol, and prints every attempt. Checks the
 * client's settings first.
 * @throws CommandError when the request is not answered, or the client does not use the proxy
 */
export const doctor = async (line: CommandLine): Promise<void> => {
  const [name] = line.words;
  const client = name === undefined || !Object.hasOwn(CLIENTS, name) ? undefined : CLIENTS[name];
  if (name !== undefined && client === undefined) throw unknownClient(name);
  const way = await wayOf(line);
  if (name !== undefined && client !== undefined) checkSettings(name, client, way, line);
  const { path, body } = REQUESTS[client?.protocol ?? 'chat'](way.chain);
  const startedAt = performance.now();
  const response = await send(way, path, way.key, body);
  const text = await response.text();
  const ms = Math.round(performance.now() - startedAt);
  const target = response.headers.get('x-429chain-target');
  const proxy = await findProxy(line);
  const ladder = await ladderOf(proxy, response.headers.get('x-request-id'));
  const keys = await keysOf(proxy, way.chain);
  const attempts = [ladder, keys].map((table) => (table === undefined ? '' : `\n${table}`)).join('');
  if (!response.ok) {
    throw new CommandError(`POST ${path} was refused: ${errorText(response.status, parseBody(text), null)}${attempts}`);
  }
  console.log(
    `POST ${path} at ${way.address}, chain "${way.chain}": ${decodeURI(target ?? 'an unknown target')} answered in ${ms} ms.${attempts}`,
  );
};

/** @throws CommandError when the client's file has other settings than `429chain connect` writes */
const checkSettings = (name: string, client: Client, way: Way, line: CommandLine): void => {
  const file = new SettingsFile(client.file(homedir(), process.env));
  const text = file.read();
  const ours = client.settings(way).filter(({ value }) => {
    const written = JSON.stringify(value);
    return written.includes(way.address) || written.includes(way.key);
  });
  if (changed(file, () => client.format.set(text, ours)) !== text) {
    const problem = file.exists ? 'has another address or key' : 'does not exist';
    throw new CommandError(
      `${client.title} does not use ${way.address}: ${file.path} ${problem}.\n  ${COMMAND_NAME} connect ${name}${optionsToFind(line)}   writes the settings`,
    );
  }
  console.log(`${client.title}: ${file.path} names ${way.address} and its API key.`);
};

const TRIES = 10;
const PAUSE_MS = 100;

/** The attempts of a request, from the log. The log is written a moment after the answer. `undefined` without a record. */
const ladderOf = async (proxy: RunningProxy, id: string | null): Promise<string | undefined> => {
  for (let tries = 0; id !== null && tries < TRIES; tries++) {
    const record = (await callAdmin(proxy, `GET /requests/${id}` as 'GET /requests/:id').catch(() => undefined)) as
      | RequestRecord
      | undefined;
    if (record !== undefined) return tableOf(record.attempts.map(rowOf));
    await pause(PAUSE_MS);
  }
  return undefined;
};

/** What each key of the providers with several keys gives, for the providers of a chain. `undefined` if there are none. */
const keysOf = async (proxy: RunningProxy, chain: string): Promise<string | undefined> => {
  try {
    const { providers } = await callAdmin(proxy, 'GET /providers');
    const several = providers.filter(({ chains, keys }) => keys !== undefined && chains.includes(chain));
    const rows = await Promise.all(several.map(async ({ id }) => keyRows(id, await tryKeys(proxy, id))));
    return rows.length === 0 ? undefined : `Keys\n${tableOf(rows.flat())}`;
  } catch {
    // As the attempts, it needs the admin key of the proxy.
    return undefined;
  }
};

const tryKeys = (proxy: RunningProxy, id: string): Promise<TryReply> => callAdmin(proxy, 'POST /providers/try', { id });

const keyRows = (id: string, { keys = [] }: TryReply): string[][] =>
  keys.map(({ label, state, detail, keyUntried }) => [
    keyedName(id, label),
    state,
    keyUntried ? 'the list is public, so the key was not tested' : detail,
  ]);

const rowOf = ({ target, outcome, status, reason, decision, adapted = [] }: RequestAttempt): string[] => [
  target,
  status === undefined ? outcome : `${outcome} (${status})`,
  [reason, decision, ...adapted].filter((words) => words !== undefined).join(' · '),
];
