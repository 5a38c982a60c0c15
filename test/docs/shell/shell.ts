import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { MAIN } from '../../built.js';
import { API_KEY } from '../../proxy.js';
import { ROOT } from '../pages.js';

const SHIMS = fileURLToPath(new URL('shims.mjs', import.meta.url));
const ADMIN_KEY = 'the-admin-key-of-the-docs';

/** The configuration that the package ships, its providers at `baseUrl`. */
const shippedAt = (baseUrl: string): string =>
  readFileSync(`${ROOT}429chain.json5`, 'utf8').replaceAll(
    /^ {4}'?([\w-]+)'?: \{ type: '\1'/gm,
    `$&, baseUrl: '${baseUrl}'`,
  );

/** The same with keys for callers and for the admin, as a proxy that listens at `port` has it. */
export const configurationAt = (baseUrl: string, port: number): string =>
  shippedAt(baseUrl).replace('port: 3429,', `port: ${port}, apiKeys: ['${API_KEY}'], adminKey: '${ADMIN_KEY}',`);

/**
 * A folder as the reader of a page has it: with the package installed, its configuration, keys, and a proxy that runs at
 * `address`. Commands in it are real ones, but for those of `shims.mjs`.
 */
export class Shell {
  readonly path = mkdtempSync(join(tmpdir(), '429chain-page-'));
  readonly #address: string;
  readonly #started: string;

  /** `bare` has no configuration yet. `started` is a file that lists what was started by any page. */
  constructor(address: string, configuration: string, bare: boolean, started: string) {
    this.#address = address;
    this.#started = started;
    const bin = join(this.path, 'node_modules/.bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(ROOT, join(this.path, 'node_modules/429chain'));
    symlinkSync(join(ROOT, 'node_modules/openai'), join(this.path, 'node_modules/openai'));
    for (const name of ['429chain', 'npm', 'npx', 'docker', 'kubectl', 'curl']) {
      const file = join(bin, name);
      writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${SHIMS}' ${name} "$@"\n`);
      chmodSync(file, 0o755);
    }
    symlinkSync(join(ROOT, 'docker'), join(this.path, 'docker'));
    if (bare) return;
    this.write('429chain.json5', configuration);
    this.write('.env', 'GROQ_API_KEY=a-key\nGEMINI_API_KEY=a-key\nMISTRAL_API_KEY=a-key\nOPENROUTER_API_KEY=a-key\n');
    // The backup of another page.
    this.write('429chain.tar.gz', '');
    for (const name of ['my-plugin', 'other.mjs']) {
      const plugin = `export default { name: '${name}', apply() {} };\n`;
      if (name.endsWith('.mjs')) this.write(name, plugin);
      else {
        mkdirSync(join(this.path, name));
        this.write(`${name}/index.mjs`, plugin);
      }
    }
  }

  write(name: string, text: string): string {
    const file = join(this.path, name);
    writeFileSync(file, text);
    return file;
  }

  /** A text of a page as it is for this reader: with the address and the key of the proxy that runs. */
  adapted(text: string): string {
    return text.replaceAll('http://127.0.0.1:3429', this.#address).replaceAll('429-…', API_KEY);
  }

  /** Runs a command to its end. @returns what it printed; fails where its status is not 0 */
  async run(command: string, args: readonly string[]): Promise<string> {
    const realPath = process.env.PATH ?? '';
    const env = {
      PATH: `${join(this.path, 'node_modules/.bin')}:${realPath}`,
      REAL_PATH: realPath,
      HOME: this.path,
      CHAIN_MAIN: MAIN,
      STARTED: this.#started,
      CHAIN_API_KEY: API_KEY,
      ADDRESS: this.#address,
      ADMIN_KEY,
    };
    const ran = promisify(execFile)(command, args, { cwd: this.path, env, timeout: 50_000 });
    const failed = ({ message, stdout }: { message: string; stdout: string }) => expect.fail(`${message}\n${stdout}`);
    return (await ran.catch(failed)).stdout;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
