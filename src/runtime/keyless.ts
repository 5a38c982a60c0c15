import { problemAt } from '../config/check/problems.js';
import { isLoopback } from '../config/loopback.js';
import type { Settings } from '../config/settings.js';
import { InvalidConfiguration } from '../config/source/store.js';
import type { Host } from '../host/host.js';

/**
 * Checks that no other machine can reach a protocol that takes requests without a key.
 * @throws InvalidConfiguration
 */
export const checkKeyless = (settings: Settings, { protocols }: Pick<Host, 'protocols'>): void => {
  const fault = keylessFault(protocols.withoutKey, settings.server.host);
  if (fault !== undefined) throw new InvalidConfiguration([problemAt(settings, ['server', 'host'], fault)]);
};

/** Why a server on `host` cannot run `plugin`, which takes requests without a key; `undefined` if it can. */
export const keylessFault = (plugin: string | undefined, host: string): string | undefined =>
  plugin === undefined || isLoopback(host)
    ? undefined
    : `\`server.host\` is '${host}', which other machines can reach, and plugin "${plugin}" takes requests without a key. Expected a host that only this machine can reach, such as '127.0.0.1', or an option of the plugin that requires a key.`;
