import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { until } from './until.js';

const PASSWORD = 'the-password-of-the-tests';
/** Where Debian installs one version beside another. */
const VERSIONS = '/usr/lib/postgresql';

/** The folder of PostgreSQL's programs; `undefined` if it is not installed. */
const programs = (): string | undefined => {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [
    ...versions.map((version) => join(VERSIONS, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
};

/** The account that PostgreSQL runs as: it refuses to run as root. */
const account = (): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return {} as { uid: number; gid: number };
  try {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })),
    ) as [number, number];
    return { uid, gid };
  } catch {
    return undefined;
  }
};

/** Why there is no PostgreSQL for tests; `undefined` if there is one. */
const postgresMissing: string | undefined =
  programs() === undefined
    ? 'PostgreSQL is not installed: apt-get install postgresql'
    : account() === undefined
      ? 'PostgreSQL refuses to run as root, and there is no account "postgres"'
      : undefined;

export const hasPostgres = postgresMissing === undefined;

/** Tests that need PostgreSQL. Without it, they are skipped, and their title says why. */
export const describeWithPostgres = (title: string, tests: () => void): void => {
  if (postgresMissing === undefined) describe(title, tests);
  else describe.skip(`${title}: skipped, because ${postgresMissing}`, tests);
};

/** A PostgreSQL server in a folder of its own, on a socket there, with a database `log`. */
export class PostgresServer {
  static #started: Promise<PostgresServer> | undefined;

  /** The server of this process. It ends with the process. */
  static shared(): Promise<PostgresServer> {
    PostgresServer.#started ??= PostgresServer.#start();
    return PostgresServer.#started;
  }

  static async #start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), '429chain-postgres-'));
    const server = new PostgresServer(folder);
    const { uid, gid } = server.#account;
    const secret = join(folder, 'password');
    writeFileSync(secret, PASSWORD);
    if (uid !== undefined) for (const path of [folder, secret]) chownSync(path, uid, gid);
    execFileSync(
      join(server.#programs, 'initdb'),
      [
        '-D',
        server.#data,
        '-U',
        'postgres',
        '-A',
        'scram-sha-256',
        '--pwfile',
        secret,
        '-N',
        '-E',
        'UTF8',
        '--locale=C',
      ],
      { ...server.#account, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    process.once('exit', () => {
      server.#child?.kill('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    });
    await server.start();
    await server.query('CREATE DATABASE log', 'postgres');
    return server;
  }

  readonly #folder: string;
  readonly #programs = programs() as string;
  readonly #account = account() as { uid: number; gid: number };
  #child: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  /** The address of a database. */
  url(database = 'log', user = 'postgres', password = PASSWORD): string {
    return `postgres://${user}:${password}@localhost/${database}?host=${encodeURIComponent(this.#folder)}`;
  }

  /** Starts the server again. Resolves when it answers. */
  async start(): Promise<void> {
    const settings = [
      'listen_addresses=',
      `unix_socket_directories=${this.#folder}`,
      'fsync=off',
      'full_page_writes=off',
    ];
    this.#child = spawn(
      join(this.#programs, 'postgres'),
      ['-D', this.#data, ...settings.flatMap((setting) => ['-c', setting])],
      { ...this.#account, cwd: this.#folder, stdio: 'ignore' },
    );
    this.#child.unref();
    await until(() =>
      this.query('SELECT', 'postgres').then(
        () => true,
        () => false,
      ),
    );
  }

  /** Ends the server at once, as if its machine had failed. */
  async kill(): Promise<void> {
    const child = this.#child as ChildProcess;
    const ended = once(child, 'exit');
    child.kill('SIGQUIT');
    await ended;
  }

  /** A query on a connection of its own, as the superuser. */
  async query<Row>(sql: string, database = 'log'): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    // The server may end while it answers.
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /** Ends every connection to the database `log`, and refuses new ones. */
  async refuse(): Promise<void> {
    await this.query('ALTER DATABASE log ALLOW_CONNECTIONS false', 'postgres');
    await this.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'log'", 'postgres');
  }

  async admit(): Promise<void> {
    await this.query('ALTER DATABASE log ALLOW_CONNECTIONS true', 'postgres');
  }
}
