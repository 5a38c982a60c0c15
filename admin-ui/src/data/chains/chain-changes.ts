import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ChainTargetView, ChainView } from '../../../../src/contract/admin-configuration.js';
import { Resource } from '../server/resource.js';
import { changedElsewhere } from '../server/saving.js';
import { moved } from './chain-draft.js';
import { saveTargets, type Transfer, takeOut, transfer } from './chain-transfer.js';
import { asWritten, type Chains, heldChain, loadChains, makeDefault, removeChain, saveChain } from './chains.js';

/** The chains, and changes of them that are saved at once. Each returns whether it was saved; `problem` says why not. */
export class ChainChanges implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly loaded: Resource<Chains>;
  /** Why the last change was not saved. */
  problem: unknown;
  /** The targets of chains while their new order is saved, so that nothing snaps back. */
  readonly #ahead = new Map<string, readonly ChainTargetView[]>();

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    this.loaded = new Resource<Chains>(host, loadChains);
    host.addController(this);
  }

  hostConnected(): void {}

  /** The chains with the changes that are being saved. */
  get chains(): readonly ChainView[] {
    const chains = this.loaded.value?.chains ?? [];
    if (this.#ahead.size === 0) return chains;
    return chains.map((chain) => ({ ...chain, targets: this.#ahead.get(chain.name) ?? chain.targets }));
  }

  clear(): void {
    this.problem = undefined;
    this.#host.requestUpdate();
  }

  rename(chain: ChainView, name: string): Promise<boolean> {
    const held = this.#held(chain.name);
    // Changes only the name: the chain may have been changed elsewhere since the dialog was opened.
    return this.#save(chain.name, () => saveChain(chain.name, held, { ...(held.value ?? asWritten(chain)), name }));
  }

  /** Saves a copy of a chain, with all of its settings, under a new name. */
  duplicate(chain: ChainView, name: string): Promise<boolean> {
    return this.#save(name, () => saveChain(name, this.#held(name), { ...chain, name }));
  }

  makeDefault(name: string): Promise<boolean> {
    return this.#save('The default chain', () => makeDefault(name, this.#now));
  }

  remove(name: string): Promise<boolean> {
    return this.#save(name, () => removeChain(name, this.#held(name)));
  }

  bringBack(chain: ChainView): Promise<boolean> {
    return this.#save(chain.name, () => saveChain(chain.name, this.#held(chain.name), asWritten(chain)));
  }

  reorder(name: string, from: number, to: number): Promise<boolean> {
    const targets = moved(this.#targetsOf(name), from, to);
    return this.#save(name, () => saveTargets(this.#now, name, targets), { [name]: targets });
  }

  transfer(moving: Transfer): Promise<boolean> {
    const { target, from, to, at = Number.POSITIVE_INFINITY, copies } = moving;
    const source = this.#targetsOf(from);
    const settings = source.find((each) => each.target === target) ?? { target };
    return this.#save(copies ? to : `${to} or ${from}`, () => transfer(this.#now, moving), {
      [to]: this.#targetsOf(to).toSpliced(at, 0, settings),
      ...(copies ? {} : { [from]: source.filter((each) => each.target !== target) }),
    });
  }

  takeOut(name: string, target: string): Promise<boolean> {
    return this.#save(name, () => takeOut(this.#now, name, target));
  }

  get #now(): Chains {
    return this.loaded.value as Chains;
  }

  #held(name: string) {
    return heldChain(this.#now, name);
  }

  #targetsOf(name: string): readonly ChainTargetView[] {
    return this.chains.find((chain) => chain.name === name)?.targets ?? [];
  }

  /** Makes a change and loads the chains again. `ahead` is shown in the meantime. */
  async #save(
    name: string,
    change: () => Promise<unknown>,
    ahead: Readonly<Record<string, readonly ChainTargetView[]>> = {},
  ): Promise<boolean> {
    this.problem = undefined;
    for (const [chain, targets] of Object.entries(ahead)) this.#ahead.set(chain, targets);
    this.#host.requestUpdate();
    try {
      await change();
      return true;
    } catch (error) {
      this.problem = changedElsewhere(error, name);
      return false;
    } finally {
      await this.loaded.reload();
      for (const [chain, targets] of Object.entries(ahead))
        if (this.#ahead.get(chain) === targets) this.#ahead.delete(chain);
      this.#host.requestUpdate();
    }
  }
}
