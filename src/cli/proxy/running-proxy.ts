import { isLoopback } from '../../config/loopback.js';
import type { Settings } from '../../config/settings.js';
import { loadSettings } from '../../config/source/load.js';
import { InvalidConfiguration } from '../../config/source/store.js';
import type { AdminApi } from '../../contract/admin-api.js';
import { startDemo } from '../../demo/world.js';
import { parseBody } from '../../engine/parse-body.js';
import { silentLog } from '../../log.js';
import { keptKey, type OwnKey } from '../../runtime/own-key.js';
import { OWN_NAME } from '../command-name.js';
import { DEMO_DATA, demoStore } from '../demo-store.js';
import { addressIn, type CommandLine, configurationFile, portOf } from '../options.js';
import { CommandError } from '../terminal/command-error.js';
import { addressAt } from './address.js';
import { refusalOf } from './error-text.js';

/** A proxy that runs, as far as it is known here. */
export interface RunningProxy {
  /** Such as `http://127.0.0.1:3429`. */
  readonly address: string;
  /** Absent where `--url` says where it is: its configuration may be on another machine. */
  readonly settings?: Settings;
  /** @throws CommandError when there is none */
  keyOf(name: OwnKey): string;
}

/** The variables that the configurations which we make read their keys from. */
const VARIABLES: Readonly<Record<OwnKey, string>> = { 'api-key': 'CHAIN_API_KEY', 'admin-key': 'CHAIN_ADMIN_KEY' };

/** Where `--url` is, or else the configuration says. @throws InvalidConfiguration, CommandError */
export const findProxy = async (line: CommandLine): Promise<RunningProxy> => {
  const address = addressIn(line);
  if (address === undefined) {
    const settings = await settingsOf(line);
    const found = addressOf(line, settings);
    return { address: found, settings, keyOf: (name) => ownKeyOf(settings, name, found) };
  }
  // What is kept here is the key of a proxy on this machine: elsewhere it is sent only where somebody says so.
  const keptAt = line.options.demo ? DEMO_DATA : '.429chain';
  const dataDir = line.options['data-dir'] ?? (isLoopback(new URL(address).hostname) ? keptAt : undefined);
  return {
    address,
    keyOf: (name) => {
      const key = process.env[VARIABLES[name]] || (dataDir && keptIn(dataDir, name));
      if (key) return key;
      const nor =
        dataDir === undefined
          ? 'does --data-dir name a folder that has one'
          : `is one in ${dataDir}. Set it, or name the folder of that proxy with --data-dir`;
      throw new CommandError(
        `There is no ${CALLED[name]} for ${address}: neither is ${VARIABLES[name]} set, nor ${nor}.`,
      );
    },
  };
};

/** The settings that the running proxy has as well. */
const settingsOf = async (line: CommandLine): Promise<Settings> => {
  if (line.options.demo) {
    const world = await startDemo();
    await world.close();
    return demoStore(world, line, silentLog).current;
  }
  const loaded = loadSettings(configurationFile(line), process.env, line.options['data-dir']);
  if (!loaded.ok) throw new InvalidConfiguration(loaded.problems);
  return loaded.settings;
};

const addressOf = (line: CommandLine, { server }: Settings): string =>
  addressAt(line.options.host ?? server.host, portOf(line) ?? server.port);

const CALLED: Readonly<Record<OwnKey, string>> = { 'api-key': 'API key', 'admin-key': 'admin key' };

/** The first key of the configuration for that door, or the one that was made. */
const ownKeyOf = ({ server, dataDir }: Settings, name: OwnKey, address: string): string => {
  const written = name === 'api-key' ? server.apiKeys[0]?.key : server.adminKey;
  if (written !== undefined) return written;
  const kept = keptIn(dataDir, name);
  if (kept !== undefined) return kept;
  // The first start makes one, so that there has been none.
  throw nobodyAt(address, `no ${CALLED[name]} in ${dataDir}`);
};

const keptIn = (dataDir: string, name: OwnKey): string | undefined => {
  try {
    return keptKey(dataDir, name);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CommandError(`The ${CALLED[name]} in ${dataDir} cannot be read (${code}).`);
  }
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
  { address, keyOf }: RunningProxy,
  route: R,
  body?: object,
): Promise<AdminApi[R]['reply']> => {
  const path = `/admin/api${route.split(' ')[1]}`;
  const response = await send(address, path, keyOf('admin-key'), body);
  const answer = parseBody(await response.text());
  if (!response.ok) throw new CommandError(refusalOf(response.status, answer, null));
  return answer as AdminApi[R]['reply'];
};

const nobodyAt = (address: string, why: string): CommandError =>
  new CommandError(
    `No proxy is running at ${address} (${why}).\n  ${OWN_NAME} start   runs one; then ask again in another terminal`,
  );
