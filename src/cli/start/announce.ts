import { join } from 'node:path';
import type { App } from '../../app.js';
import { variableIn } from '../../config/env.js';
import type { ProcessLog } from '../../logging/process-log.js';

/**
 * To people a text with all that they need to begin; to machines a line. A key that was made is shown on a terminal only,
 * and that of the admin only if it was made at this start.
 */
export const announce = (address: string, app: App, log: ProcessLog, isAdminKeyNew: boolean): void => {
  if (log.pretty) {
    log.print(banner(address, app, log.private, isAdminKeyNew));
    return;
  }
  const { settings } = app.runtime;
  log.info(`429chain listens on ${address}/v1`, { address, dataDir: settings.dataDir });
  if (hasOwnKey(app)) log.info(`The API key was made for you. It is kept in ${keyFile(app)}`);
};

const hasOwnKey = ({ runtime }: App): boolean => runtime.settings.server.apiKeys.length === 0;

const keyFile = ({ runtime }: App): string => join(runtime.settings.dataDir, 'api-key');

const banner = (address: string, app: App, showKey: boolean, isAdminKeyNew: boolean): string => {
  const { chains, settings, apiKeys } = app.runtime;
  const own = hasOwnKey(app);
  const made = apiKeys[0]?.key ?? '';
  const key = showKey ? `${made}   (made for you, kept in ${settings.dataDir})` : `made for you, in ${keyFile(app)}`;
  const bearer = !own ? '<one of server.apiKeys>' : showKey ? made : `'"$(cat '${keyFile(app)}')"'`;
  const tables = chains.all.map(
    ({ name, targets }) =>
      `  ${name}\n${targets.map((target) => `    ${target.id}${target.unusable === undefined ? '' : `  (${target.unusable.state}: ${target.unusable.reason})`}`).join('\n')}`,
  );
  const variable = variableIn(settings.written?.server?.adminKey ?? '');
  const whereItIs = variable === undefined ? 'is server.adminKey' : `is ${variable}, in .env or the environment`;
  const writtenDown = isAdminKeyNew && showKey ? `is ${app.runtime.adminKey}` : whereItIs;
  const adminKey =
    settings.server.adminKey === undefined ? `is in ${join(settings.dataDir, 'admin-key')}` : writtenDown;
  const head = [
    `429chain listens on ${address}/v1`,
    ...(own ? [`API key: ${key}`] : []),
    `Admin: ${address}/admin   (its key ${adminKey})`,
  ];
  if (tables.length === 0)
    return [...head, 'No chain is configured yet, so that no request can be answered.'].join('\n');
  return [
    ...head,
    'Chains',
    ...tables,
    'Try it',
    `  curl ${address}/v1/chat/completions -H 'authorization: Bearer ${bearer}' -H 'content-type: application/json' \\`,
    `    -d '{"model": "${settings.defaultChain}", "messages": [{"role": "user", "content": "Hello"}]}'`,
  ].join('\n');
};
