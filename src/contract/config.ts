/**
 * The configuration as it is written in the file.
 * Generated from schemas/429chain.schema.json by `npm run generate`: change the schema, not this file.
 */

/**
 * A key, or an object with a key and its label.
 */
export type ApiKey = PlainKey | LabelledKey;
/**
 * A key that is called by its place: 'key 1' is the first.
 */
export type PlainKey = string;
/**
 * How much a provider allows: requests or tokens in a span of time, or requests at the same time.
 */
export type Limit = RequestLimit | TokenLimit | ConcurrentLimit;
/**
 * How many.
 */
export type Amount = number;
/**
 * A list of targets, or an object with such a list and settings.
 */
export type Chain = TargetList | FullChain;
/**
 * 'provider/model', or an object with settings.
 */
export type Target = TargetName | FullTarget;
/**
 * provider/model, split at the first slash.
 */
export type TargetName = string;
/**
 * The targets in the order in which they are asked.
 *
 * @minItems 1
 */
export type TargetList = Target[];
/**
 * The name or path of a plugin, or an object with settings.
 */
export type Plugin = PluginName | FullPlugin;
/**
 * A built-in's name, a path that begins with ./ ../ or /, or the name of an installed package.
 */
export type PluginName = string;

/**
 * The configuration of 429chain. Any text may read the environment with ${NAME}; write $${ for a plain ${.
 */
export interface Configuration {
  /**
   * Where editors find this schema, to complete and check the file.
   */
  $schema?: string;
  server?: Server;
  /**
   * The folder for everything that is kept between runs. A relative path starts at this file.
   */
  dataDir?: string;
  /**
   * Your accounts. Each id is a word of your choice, which targets then name. May be empty until you have one.
   */
  providers: {
    [k: string]: Provider;
  };
  /**
   * Named, ordered lists of targets. A request that names a chain as its model is answered by the first target with free capacity. May be empty until there is one.
   */
  chains: {
    [k: string]: Chain;
  };
  /**
   * The chain for requests whose model is neither a chain nor a target. May be left out where there is one chain at most, or one called 'default'.
   */
  defaultChain?: string;
  /**
   * Plugins, by name or by path relative to this file. Those built in are always on; name one to give it options or to switch it off.
   */
  plugins?: Plugin[];
}
/**
 * Where 429chain listens, and who may use it.
 */
export interface Server {
  /**
   * The address to listen at. Anything but this machine itself (127.0.0.1, ::1, localhost) needs apiKeys.
   */
  host?: string;
  /**
   * The port to listen at. 0 takes any free one.
   */
  port?: number;
  /**
   * Keys that callers may use. Left out on this machine's own address, one is made at the first start and kept in dataDir.
   */
  apiKeys?: ApiKey[];
  /**
   * The key to the admin. It must not be one of the apiKeys. Left out, one is made at the first start and kept in dataDir.
   */
  adminKey?: string;
  /**
   * Names under which a browser reaches the admin, such as that of a reverse proxy. localhost, addresses and `host` itself are always let in.
   */
  hosts?: string[];
  /**
   * The largest request body that is read, in bytes. Unless told it is 32 MiB.
   */
  maxBodyBytes?: number;
  /**
   * How many requests may wait for capacity at once. Who comes then is refused at once.
   */
  maxWaiting?: number;
  /**
   * How long requests in flight may go on once 429chain is told to stop. A stream that lasts longer ends in an error.
   */
  drain?: string;
  log?: Logging;
}
/**
 * A key with a label.
 */
export interface LabelledKey {
  /**
   * A key that is called by its place: 'key 1' is the first.
   */
  key: string;
  /**
   * What logs say in place of the key. Each label is there once.
   */
  label?: string;
}
/**
 * What 429chain says while it runs, on standard output.
 */
export interface Logging {
  /**
   * The least that is said: 'debug' tells of every attempt that failed and every target that was passed over, 'info' of every request, 'warn' of what went wrong, 'error' of what needs you.
   */
  level?: 'debug' | 'info' | 'warn' | 'error';
  /**
   * 'pretty' is for people, 'json' for machines, with an object on each line. 'auto' is pretty on a terminal and JSON elsewhere.
   */
  format?: 'auto' | 'pretty' | 'json';
}
/**
 * One account: how it is spoken to, and with which key.
 */
export interface Provider {
  /**
   * How this provider is spoken to, such as 'groq', 'cerebras', 'openrouter', 'openai-compatible' or a type of one of your plugins.
   */
  type: string;
  /**
   * The account's key. Better '${NAME}' than the key itself. While that variable is unset the provider is skipped.
   */
  apiKey?: string;
  /**
   * The address in front of /chat/completions. openai-compatible needs one, the other built-in types know theirs.
   */
  baseUrl?: string;
  /**
   * false switches the provider off without losing its settings.
   */
  enabled?: boolean;
  /**
   * Limits of the whole account.
   */
  limits?: Limit[];
  timeouts?: Timeouts;
  /**
   * Further headers for every request to this provider.
   */
  headers?: {
    [k: string]: string;
  };
  /**
   * What this provider type alone understands.
   */
  options?: {
    [k: string]: unknown;
  };
}
export interface RequestLimit {
  requests: Amount;
  /**
   * In which span of time: '1m', '1h', '1d', …
   */
  per: string;
}
export interface TokenLimit {
  tokens: Amount;
  /**
   * In which span of time: '1m', '1h', '1d', …
   */
  per: string;
}
export interface ConcurrentLimit {
  concurrent: Amount;
}
/**
 * How long to wait for a provider before an attempt counts as failed. Those of a chain go before those of a provider, those of a target before both.
 */
export interface Timeouts {
  /**
   * Until the connection stands.
   */
  connect?: string;
  /**
   * Until the first token of a stream, or the whole answer when it is not streamed.
   */
  firstToken?: string;
  /**
   * Between two chunks of a stream.
   */
  idle?: string;
  /**
   * For the whole attempt.
   */
  total?: string;
}
/**
 * A target with settings.
 */
export interface FullTarget {
  /**
   * The id of a provider.
   */
  provider: string;
  /**
   * The model's id, as the provider writes it.
   */
  model: string;
  /**
   * Limits of this target alone.
   */
  limits?: Limit[];
  timeouts?: Timeouts;
}
/**
 * A chain with settings.
 */
export interface FullChain {
  targets: TargetList;
  /**
   * How long a request may wait for capacity before it is refused.
   */
  maxWait?: string;
  /**
   * Rather wait this long for the reset of a target than spend the next one.
   */
  patience?: string;
  /**
   * Further tries of the same target after a 5xx or a broken connection, before the next target is asked.
   */
  retries?: number;
  /**
   * When a stream breaks, the next target takes the answer up where it broke, and tool calls are held until they are whole. With false it ends in an error.
   */
  resume?: boolean;
  /**
   * How a target is asked to go on with an answer that another one began. {lastWords} stands for the last words that went out, with which it is to begin.
   */
  resumeInstruction?: string;
  /**
   * What happens when a provider refuses the content: 'return' hands the refusal to the caller, 'next' asks the next target.
   */
  onModeration?: 'return' | 'next';
  timeouts?: Timeouts;
}
/**
 * A plugin with settings.
 */
export interface FullPlugin {
  use: PluginName;
  /**
   * What this plugin alone understands.
   */
  options?: {
    [k: string]: unknown;
  };
  /**
   * false switches the plugin off, a built-in too.
   */
  enabled?: boolean;
}
