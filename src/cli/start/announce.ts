import { join } from 'node:path';
import type { App } from '../../app.js';
import { variableIn } from '../../config/env.js';
import type { ProcessLog } from '../../logging/process-log.js';
import { COMMAND_NAME } from '../command-name.js';

interface Started {
  readonly isAdminKeyNew: boolean;
  /** The options with which other commands find this proxy, such as ` --demo --port 4000`. */
  readonly options: string;
}

/**
 * Reports that the proxy listens: to a person with everything needed for a first request, in a JSON log with one line.
 * Generated keys are shown on a terminal only, and the admin key only if it was generated at this start.
 */
export const announce = (address: string, app: App, log: ProcessLog, { isAdminKeyNew, options }: Started): void => {
  if (log.pretty) {
    log.print(banner(address, app, log.private, { isAdminKeyNew, options }));
    return;
  }
  const { settings } = app.runtime;
  log.info(`429chain listens on ${address}/v1`, { address, dataDir: settings.dataDir });
  if (hasGeneratedKey(app)) log.info(`429chain generated an API key and stored it in ${keyFile(app)}`);
};

const hasGeneratedKey = ({ runtime }: App): boolean => runtime.settings.server.apiKeys.length === 0;

const keyFile = ({ runtime }: App): string => join(runtime.settings.dataDir, 'api-key');

const banner = (address: string, app: App, showKeys: boolean, { isAdminKeyNew, options }: Started): string => {
  const { chains, settings, apiKeys } = app.runtime;
  const isGenerated = hasGeneratedKey(app);
  const generated = apiKeys[0]?.key ?? '';
  const key = showKeys ? `${generated}   (generated, stored in ${settings.dataDir})` : `generated, in ${keyFile(app)}`;
  const bearer = !isGenerated ? '<one of server.apiKeys>' : showKeys ? generated : `'"$(cat '${keyFile(app)}')"'`;
  const tables = chains.all.map(
    ({ name, targets }) =>
      `  ${name}\n${targets.map((target) => `    ${target.id}${target.unusable === undefined ? '' : `  (${target.unusable.state}: ${target.unusable.reason})`}`).join('\n')}`,
  );
  const head = [
    `429chain listens on ${address}/v1`,
    ...(isGenerated ? [`API key: ${key}`] : []),
    `Admin: ${address}/admin   (admin key: ${adminKeyText(app, showKeys && isAdminKeyNew)})`,
  ];
  if (tables.length === 0) return [...head, 'No chains yet: 429chain cannot answer requests.'].join('\n');
  return [
    ...head,
    'Chains',
    ...tables,
    'Try it',
    `  curl ${address}/v1/chat/completions -H 'authorization: Bearer ${bearer}' -H 'content-type: application/json' \\`,
    `    -d '{"model": "${settings.defaultChain}", "messages": [{"role": "user", "content": "Hello"}]}'`,
    'Coding agents',
    `  ${COMMAND_NAME} connect claude${options}   (or codex, opencode, aider)`,
  ].join('\n');
};

/** The admin key itself, or where to find it. */
const adminKeyText = ({ runtime }: App, showKey: boolean): string => {
  const { settings } = runtime;
  if (settings.server.adminKey === undefined) return `in ${join(settings.dataDir, 'admin-key')}`;
  if (showKey) return runtime.adminKey;
  const variable = variableIn(settings.written?.server?.adminKey ?? '');
  return variable === undefined ? 'server.adminKey' : `${variable}, in .env or the environment`;
};
