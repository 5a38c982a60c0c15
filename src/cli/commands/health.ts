import { isFields } from '../../plugin/fields.js';
import { addressIn, type CommandLine, portOf } from '../options.js';
import { addressAt } from '../proxy/address.js';
import { CommandError } from '../terminal/command-error.js';

/** Shorter than the usual timeout of a container's health check. */
const TIMEOUT_MS = 4_000;

/**
 * Asks a running proxy whether it serves requests. With `--url` or `--port` it reads no configuration: the proxy keeps
 * running when its file has become invalid.
 * @throws CommandError when the proxy does not serve requests, or does not answer
 */
export const health = async (line: CommandLine): Promise<void> => {
  const address = await addressOf(line);
  const { status, body } = await fetchHealth(`${address}/health`);
  if (status !== 200 || !isFields(body) || body.status !== 'ok') {
    const reported = isFields(body) && typeof body.status === 'string' ? body.status : `status ${status}`;
    throw new CommandError(`429chain at ${address} does not serve requests: ${reported}.`);
  }
  console.log(`429chain ${body.version} at ${address} serves requests. Targets: ${targetsOf(body.targets)}.`);
};

const addressOf = async (line: CommandLine): Promise<string> => {
  const url = addressIn(line);
  if (url !== undefined) return url;
  const port = portOf(line);
  if (port !== undefined) return addressAt(line.options.host ?? '127.0.0.1', port);
  return (await (await import('../proxy/running-proxy.js')).findProxy(line)).address;
};

const fetchHealth = async (url: string): Promise<{ readonly status: number; readonly body: unknown }> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : undefined };
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
    throw new CommandError(`429chain does not answer at ${url}: ${code ?? message}.`);
  }
};

const targetsOf = (targets: unknown): string => {
  const counted = Object.entries(isFields(targets) ? targets : {}).filter(([, count]) => count !== 0);
  return counted.length === 0 ? 'none' : counted.map(([state, count]) => `${count} ${state}`).join(', ');
};
