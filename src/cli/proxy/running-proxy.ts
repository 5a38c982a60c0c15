import { InvalidConfiguration } from '../../config/check/invalid-configuration.js';
import { isLoopback } from '../../config/loopback.js';
import type { Settings } from '../../config/settings.js';
import { loadSettings } from '../../config/source/load.js';
import type { AdminApi } from '../../contract/admin-api.js';
import { parseBody } from '../../engine/parse-body.js';
import { silentLog } from '../../log.js';
import { keptKey, type OwnKey } from '../../runtime/own-key.js';
import { DEMO_DATA, demoStore } from '../demo-store.js';
import { KEY_VARIABLES } from '../key-variables.js';
import { addressIn, type CommandLine, commandToStart, configurationFile, portOf } from '../options.js';
import { CommandError } from '../terminal/command-error.js';
import { addressAt } from './address.js';
import { errorText } from './error-text.js';

/** A running proxy and how to call it. */
export interface RunningProxy {
  /** Such as `http://127.0.0.1:3429`. */
  readonly address: string;
  /** The command that runs it, such as `429chain start --demo`. */
  readonly command: string;
  /** Absent with `--url`: the configuration may be on another machine. */
  readonly settings?: Settings;
  /** The key to send. @throws CommandError when it is not known */
  keyOf(name: OwnKey): string;
}

/** What is called, and what runs it. */
export type CalledProxy = Pick<RunningProxy, 'address' | 'command'>;

/** Finds the proxy by `--url`, or by its configuration. @throws InvalidConfiguration, CommandError */
export const findProxy = async (line: CommandLine): Promise<RunningProxy> => {
  const address = addressIn(line);
  const command = commandToStart(line);
  if (address === undefined) {
    const settings = await settingsOf(line);
    const proxy = { address: addressOf(line, settings), command, settings };
    return { ...proxy, keyOf: (name) => configuredKey(proxy, name) };
  }
  // The data folder has the key of a proxy on this machine. Other machines get it only if --data-dir asks for that.
  const localDataDir = line.options.demo ? DEMO_DATA : '.429chain';
  const dataDir = line.options['data-dir'] ?? (isLoopback(new URL(address).hostname) ? localDataDir : undefined);
  return {
    address,
    command,
    keyOf: (name) => {
      const variable = KEY_VARIABLES[name];
      const key = process.env[variable] || (dataDir && storedKey(dataDir, name));
      if (key) return key;
      const problem = dataDir === undefined ? '' : `, and ${dataDir} has no key`;
      throw new CommandError(
        `No ${KEY_NAMES[name]} for ${address}: ${variable} is not set${problem}. Set ${variable}, or use --data-dir with the data folder of that proxy.`,
      );
    },
  };
};

/** The settings of the running proxy. */
const settingsOf = async (line: CommandLine): Promise<Settings> => {
  if (line.options.demo) {
    const world = await (await import('../../demo/world.js')).startDemo();
    await world.close();
    return demoStore(world, line, silentLog).current;
  }
  const loaded = loadSettings(configurationFile(line), process.env, line.options['data-dir']);
  if (!loaded.ok) throw new InvalidConfiguration(loaded.problems);
  return loaded.settings;
};

const addressOf = (line: CommandLine, { server }: Settings): string =>
  addressAt(line.options.host ?? server.host, portOf(line) ?? server.port);

const KEY_NAMES: Readonly<Record<OwnKey, string>> = { 'api-key': 'API key', 'admin-key': 'admin key' };

/** The first such key in the configuration, or the generated one in the data folder. */
const configuredKey = (proxy: CalledProxy & { readonly settings: Settings }, name: OwnKey): string => {
  const { server, dataDir } = proxy.settings;
  const written = name === 'api-key' ? server.apiKeys[0]?.key : server.adminKey;
  if (written !== undefined) return written;
  const generated = storedKey(dataDir, name);
  if (generated !== undefined) return generated;
  // The first start generates a key: without one, the proxy has never run.
  throw notRunning(proxy, `no ${KEY_NAMES[name]} in ${dataDir}`);
};

const storedKey = (dataDir: string, name: OwnKey): string | undefined => {
  try {
    return keptKey(dataDir, name);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CommandError(`Cannot read the ${KEY_NAMES[name]} in ${dataDir} (${code}).`);
  }
};

/** Sends one request to the proxy: a POST if there is a body. @throws CommandError when the proxy is not running */
export const send = async (proxy: CalledProxy, path: string, key: string, body?: object): Promise<Response> => {
  try {
    return await fetch(`${proxy.address}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
    throw notRunning(proxy, code ?? message);
  }
};

/** Calls the admin API of the proxy. @throws CommandError for an error response, or when the proxy is not running */
export const callAdmin = async <R extends keyof AdminApi>(
  proxy: RunningProxy,
  route: R,
  body?: object,
): Promise<AdminApi[R]['reply']> => {
  const path = `/admin/api${route.split(' ')[1]}`;
  const response = await send(proxy, path, proxy.keyOf('admin-key'), body);
  const answer = parseBody(await response.text());
  if (!response.ok) throw new CommandError(errorText(response.status, answer, null));
  return answer as AdminApi[R]['reply'];
};

const notRunning = ({ address, command }: CalledProxy, why: string): CommandError =>
  new CommandError(
    `No proxy is running at ${address} (${why}).\n  ${command}   runs one; then repeat this command in another terminal`,
  );
