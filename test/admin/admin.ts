import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type AppOptions } from '../../src/app.js';
import { openStore, type SettingsStore } from '../../src/config/source/store.js';
import { MemoryLog } from '../proxy.js';

/** Keys that must never be in a response. */
export const SECRETS = {
  admin: 'admin-key-of-the-test-0123456789',
  caller: '429-key-of-a-caller-0123456789',
  one: 'gsk_key-of-provider-one-0123456789',
  two: 'sk-or-key-of-provider-two-0123456789',
  header: 'header-secret-0123456789abcdef',
  option: 'option-secret-0123456789abcdef',
  literal: 'literal-key-in-the-file-0123456789',
} as const;

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
}

export interface AdminOptions extends Partial<AppOptions> {
  readonly dotEnv?: string;
  readonly env?: Record<string, string>;
  /** Replaces the configuration file. */
  readonly store?: SettingsStore;
}

/** A proxy on a real socket with a real configuration file, and calls of its admin API. */
export class Admin {
  readonly folder: string;
  readonly app: App;
  readonly address: string;
  readonly log: MemoryLog;

  private constructor(folder: string, app: App, address: string, log: MemoryLog) {
    this.folder = folder;
    this.app = app;
    this.address = address;
    this.log = log;
  }

  static async start(text: string, { dotEnv, env = {}, store, ...options }: AdminOptions = {}): Promise<Admin> {
    const folder = mkdtempSync(join(tmpdir(), '429chain-admin-'));
    const log = new MemoryLog();
    const file = join(folder, '429chain.json5');
    writeFileSync(file, text);
    if (dotEnv !== undefined) writeFileSync(join(folder, '.env'), dotEnv);
    const app = await App.create({ store: store ?? openStore(file, { env, log }), log, ...options });
    return new Admin(folder, app, await app.listen({ host: '127.0.0.1', port: 0 }), log);
  }

  get file(): string {
    return join(this.folder, '429chain.json5');
  }

  /** The text of the configuration file. */
  get text(): string {
    return readFileSync(this.file, 'utf8');
  }

  get dotEnv(): string {
    return readFileSync(join(this.folder, '.env'), 'utf8');
  }

  get dotEnvMode(): number {
    return statSync(join(this.folder, '.env')).mode & 0o777;
  }

  /** Calls one route of the API, such as `GET /status`. By default, a change starts from any revision. */
  async call<T = Record<string, unknown>>(route: string, body?: unknown, revision = '*'): Promise<Answer<T>> {
    const [method = '', path = ''] = route.split(' ');
    const response = await fetch(`${this.address}/admin/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.app.runtime.adminKey}`,
        'if-match': revision,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) as T, text };
  }

  async close(): Promise<void> {
    await this.app.close(0);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The code of an error response. */
export const codeOf = ({ body }: Answer<unknown>): string | undefined =>
  (body as { error?: { code?: string } }).error?.code;
