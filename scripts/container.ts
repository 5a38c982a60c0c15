import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

/** The metadata of an image. */
interface Image {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/** The host folder or file for each mount point. */
export type Volumes = Readonly<Record<string, string>>;

/** The options of `docker run --user … --env …`. */
interface RunOptions {
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly status: number | null;
  /** stdout and stderr. */
  readonly output: string;
}

/** Process 1 of a running container. */
export interface Running {
  /** The process id on the host. */
  readonly pid: number;
  readonly status: Promise<number | null>;
  output(): string;
  /** Resolves when the output matches `pattern`. @throws if the process exits before */
  printed(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

/**
 * Runs commands in an image like Docker with `--read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp`.
 * It shares the network of the host.
 */
export class Container {
  readonly image: Image;
  readonly #root: string;
  readonly #volumes: Volumes;
  readonly #children = new Set<ChildProcess>();

  /** @param root the mounted file system of the image; `imageFile` what `buildah inspect` prints for it */
  constructor(root: string, imageFile: string, volumes: Volumes, { user, environment = {} }: RunOptions = {}) {
    const image: Image = JSON.parse(readFileSync(imageFile, 'utf8')).Docker.config;
    const more = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    this.image = { ...image, User: user ?? image.User, Env: [...image.Env, ...more] };
    this.#root = root;
    this.#volumes = volumes;
  }

  /** Creates volumes like Docker: with the files, owner and mode of the image. `owner`: like a host folder of that user. */
  static newVolumes(root: string, places: readonly string[], owner?: number): Volumes {
    const folder = mkdtempSync(join(tmpdir(), '429chain-volumes-'));
    const pairs = places.map((place) => {
      const volume = join(folder, place);
      cpSync(join(root, place), volume, { recursive: true, preserveTimestamps: true });
      const { uid, gid, mode } = statSync(join(root, place));
      chownSync(volume, owner ?? uid, owner ?? gid);
      chmodSync(volume, owner === undefined ? mode & 0o777 : 0o755);
      return [place, volume] as const;
    });
    return Object.fromEntries(pairs);
  }

  static removeVolumes(volumes: Volumes): void {
    for (const folder of new Set(Object.values(volumes).map(dirname))) rmSync(folder, { recursive: true });
  }

  /** Runs the default command of the image. Resolves when it listens. */
  async start(): Promise<Running> {
    const child = this.#spawn([...this.image.Entrypoint, ...this.image.Cmd]);
    const { output, more, status } = collect(child);
    const pid = childPid(child);
    const printed = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(output())) {
        if (child.exitCode !== null)
          throw new Error(`The container exited with status ${child.exitCode}:\n${output()}`);
        await once(more, 'more');
      }
    };
    await printed(/listens on/);
    const found = await pid;
    return { pid: found, status, output, printed, signal: (name) => void process.kill(found, name) };
  }

  /** Runs a command to its end. */
  async run(command: readonly string[]): Promise<Ended> {
    const { output, status } = collect(this.#spawn(command));
    return { status: await status, output: output() };
  }

  /** The output of a command. @throws if its exit status is not 0 */
  async output(command: readonly string[]): Promise<string> {
    const { status, output } = await this.run(command);
    if (status !== 0) throw new Error(`${command.join(' ')} ended with status ${status}:\n${output}`);
    return output.trim();
  }

  health(): Promise<Ended> {
    const [, ...command] = this.image.Healthcheck.Test;
    return this.run(command);
  }

  /** Kills all running processes. */
  kill(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  #spawn(command: readonly string[]): ChildProcess {
    const [uid = '', gid = ''] = this.image.User.split(':');
    const environment = this.image.Env.flatMap((line) => {
      const [name = '', ...value] = line.split('=');
      return ['--setenv', name, value.join('=')];
    });
    const binds = Object.entries(this.#volumes).flatMap(([place, folder]) => ['--bind', folder, place]);
    const args = [
      ...['--ro-bind', this.#root, '/', '--proc', '/proc', '--dev', '/dev', '--perms', '1777', '--tmpfs', '/tmp'],
      ...[...binds, '--clearenv', ...environment, '--chdir', '/', '--info-fd', '3'],
      ...['--unshare-pid', '--as-pid-1', '--unshare-ipc', '--unshare-uts', '--die-with-parent', '--', 'setpriv'],
      ...['--reuid', uid, '--regid', gid, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all', '--no-new-privs'],
      ...['env', '--chdir', this.image.WorkingDir, ...command],
    ];
    const child = spawn('bwrap', args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }
}

const collect = (child: ChildProcess) => {
  let text = '';
  const more = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      more.emit('more');
    });
  }
  const status = once(child, 'close').then(([code]) => {
    more.emit('more');
    return code as number | null;
  });
  return { output: () => text, more, status };
};

const childPid = async (child: ChildProcess): Promise<number> => {
  let text = '';
  for await (const part of child.stdio[3] as Readable) text += part;
  return JSON.parse(text)['child-pid'];
};
