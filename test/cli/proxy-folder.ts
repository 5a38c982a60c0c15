import { answer, ScriptedUpstream } from '../scripted-upstream.js';
import { Folder, type Run, type Running, SECRETS } from './run.js';

/** A folder with a configuration of one provider, and its proxy, which runs on a free port. */
export class ProxyFolder {
  readonly folder: Folder;
  readonly upstream: ScriptedUpstream;
  readonly running: Running;

  private constructor(folder: Folder, upstream: ScriptedUpstream, running: Running) {
    this.folder = folder;
    this.upstream = upstream;
    this.running = running;
  }

  static async start(): Promise<ProxyFolder> {
    const folder = new Folder();
    const upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    folder.write('429chain.json5', {
      server: { apiKeys: [SECRETS.proxy] },
      providers: { one: { type: 'openai-compatible', baseUrl: upstream.baseUrl } },
      chains: { default: ['one/a-model'] },
    });
    return new ProxyFolder(folder, upstream, await folder.start(['--port', '0']));
  }

  /** Runs a command with the port of the proxy. */
  run(...args: string[]): Promise<Run> {
    return this.folder.run([...args, '--port', new URL(this.running.address).port]);
  }

  async close(): Promise<void> {
    await this.running.end('SIGKILL');
    await this.upstream.close();
    this.folder.remove();
  }
}
