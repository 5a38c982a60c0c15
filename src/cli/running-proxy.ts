import { keptKey, type OwnKey } from '../api-key.js';
import { loadSettings } from '../config/load.js';
import type { Settings } from '../config/settings.js';
import { InvalidConfiguration } from '../config/store.js';
import type { AdminApi } from '../contract/admin-api.js';
import { startDemo } from '../demo/world.js';
import { parseBody } from '../engine/failure.js';
import { silentLog } from '../log.js';
import { addressAt } from './address.js';
import { CommandError } from './command-error.js';
import { demoStore } from './demo-store.js';
import { type CommandLine, configurationFile, portOf } from './options.js';
import { refusalOf } from './refusal.js';

/** The settings that the running proxy has as well. @throws InvalidConfiguration, CommandError */
export const settingsOf = async (line: CommandLine): Promise<Settings> => {
  if (line.options.demo) {
    const world = await startDemo();
    await world.close();
    return demoStore(world, line, silentLog).current;
  }
  const loaded = loadSettings(configurationFile(line), process.env, line.options['data-dir']);
  if (!loaded.ok) throw new InvalidConfiguration(loaded.problems);
  return loaded.settings;
};

/** Where the running proxy is, such as `http://127.0.0.1:3429`. @throws CommandError for a `--port` that is none */
export const addressOf = (line: CommandLine, { server }: Settings): string =>
  addressAt(line.options.host ?? server.host, portOf(line) ?? server.port);

/** The first key of the configuration for that door, or the one that was made. @throws CommandError when there is none */
export const ownKeyOf = ({ server, dataDir }: Settings, name: OwnKey, address: string): string => {
  const written = name === 'api-key' ? server.apiKeys[0]?.key : server.adminKey;
  if (written !== undefined) return written;
  const called = name === 'api-key' ? 'API key' : 'admin key';
  try {
    const kept = keptKey(dataDir, name);
    if (kept !== undefined) return kept;
  } catch (cause) {
    throw new CommandError(`The ${called} in ${dataDir} cannot be read (${(cause as NodeJS.ErrnoException).code}).`);
  }
  // The first start makes one, so that there has been none.
  throw nobodyAt(address, `no ${called} in ${dataDir}`);
};

/** One request to the running proxy: a POST where there is a body. @throws CommandError where nobody listens */
export const send = async (address: string, path: string, key: string, body?: object): Promise<Response> => {
  try {
    return await fetch(`${address}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
    throw nobodyAt(address, code ?? message);
  }
};

/** Asks the admin of the running proxy. @throws CommandError where it refuses, or nobody listens */
export const callAdmin = async <R extends keyof AdminApi>(
  line: CommandLine,
  settings: Settings,
  route: R,
  body?: object,
): Promise<AdminApi[R]['reply']> => {
  const address = addressOf(line, settings);
  const path = `/admin/api${route.split(' ')[1]}`;
  const response = await send(address, path, ownKeyOf(settings, 'admin-key', address), body);
  const answer = parseBody(await response.text());
  if (!response.ok) throw new CommandError(refusalOf(response.status, answer, null));
  return answer as AdminApi[R]['reply'];
};

const nobodyAt = (address: string, why: string): CommandError =>
  new CommandError(
    `No proxy is running at ${address} (${why}).\n  429chain start   runs one; then ask again in another terminal`,
  );
