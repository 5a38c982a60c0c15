import { ChainError } from '../../plugin/door/errors.js';
import type { Protocol } from '../../plugin/door/protocol.js';
import { faultInProtocol } from '../checks/protocol-faults.js';
import type { Guard } from '../guard.js';
import { overlap } from '../paths.js';
import { guardedProtocol } from './guarded-protocol.js';

/** The paths of 429chain's own that no protocol may have. */
const OWN_PATHS = ['/admin', '/admin/*', '/health', '/health/*'];

/** What 429chain answers by itself. */
export interface OwnProtocols {
  readonly names: readonly string[];
  /** With `*` at the end, a path means everything below. */
  readonly paths: readonly string[];
}

interface Added {
  readonly protocol: Protocol;
  readonly plugin: string;
}

/** The protocols that the plugins of one runtime add. */
export class Protocols {
  readonly #added: Added[] = [];
  readonly #guard: Guard;
  readonly #own: OwnProtocols;
  readonly #pathsOfRoutes: () => readonly string[];

  /** `pathsOfRoutes` are those of the routes that plugins add. */
  constructor(guard: Guard, own: OwnProtocols, pathsOfRoutes: () => readonly string[]) {
    this.#guard = guard;
    this.#own = own;
    this.#pathsOfRoutes = pathsOfRoutes;
  }

  /** @throws ChainError `plugin_failed` if the protocol is invalid, or its name or a path is taken */
  add(protocol: Protocol, plugin: string): void {
    const fault = faultInProtocol(protocol) ?? this.#conflictOf(protocol, plugin);
    if (fault !== undefined) {
      const { name } = Object(protocol) as Partial<Protocol>;
      const which = typeof name === 'string' ? ` "${name}"` : '';
      throw new ChainError('plugin_failed', `The protocol${which} of plugin "${plugin}" ${fault}.`);
    }
    const blame = (where: string, error: unknown): void =>
      this.#guard.blame(plugin, `${where} of protocol ${protocol.name}`, error);
    const enter = this.#guard.entry(plugin, `protocol ${protocol.name}`);
    this.#added.push({ protocol: guardedProtocol(protocol, plugin, blame, enter), plugin });
  }

  /** In the order in which they were added. */
  get all(): readonly Protocol[] {
    return this.#added.map(({ protocol }) => protocol);
  }

  /** The paths of all protocols and their routes. */
  get paths(): readonly string[] {
    return this.all.flatMap(pathsOf);
  }

  /** The protocols of a plugin, such as `my-protocol at /api/chat`. */
  addedBy(plugin: string): readonly string[] {
    return this.#added
      .filter((added) => added.plugin === plugin)
      .map(({ protocol: { name, path } }) => `${name} at ${path}`);
  }

  /** A plugin whose protocol takes requests without a key; `undefined` if there is none. */
  get withoutKey(): string | undefined {
    return this.#added.find(({ protocol: { key } }) => key === 'none')?.plugin;
  }

  #conflictOf(protocol: Protocol, plugin: string): string | undefined {
    const named = this.#added.find((added) => added.protocol.name === protocol.name);
    if (named !== undefined) return `exists already: plugin "${named.plugin}" adds it`;
    if (this.#own.names.includes(protocol.name)) return "has the name of one of 429chain's own. Choose another name";
    for (const path of pathsOf(protocol)) {
      const holder = this.#holderOf(path, protocol, plugin);
      if (holder !== undefined) return `needs ${path}, ${holder}. Choose another path`;
    }
    return undefined;
  }

  #holderOf(path: string, protocol: Protocol, plugin: string): string | undefined {
    const isTaken = (other: string): boolean => overlap(other, path);
    if ([...OWN_PATHS, ...this.#own.paths].some(isTaken)) return 'which belongs to 429chain';
    if (this.#pathsOfRoutes().some(isTaken)) return 'where a plugin adds a route';
    const other = this.#added.find((added) =>
      // The protocols of one plugin may share the paths below which they answer.
      added.plugin === plugin ? added.protocol.path === protocol.path : pathsOf(added.protocol).some(isTaken),
    );
    return other && `where the protocol "${other.protocol.name}" of plugin "${other.plugin}" answers`;
  }
}

const pathsOf = ({ path, routes = [] }: Protocol): string[] => [path, ...routes.map((route) => route.path)];
