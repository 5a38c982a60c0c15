/**
 * The configuration as it is written in the file.
 * Generated from schemas/429chain.schema.json by `npm run generate`: change the schema, not this file.
 */

/**
 * A client key, or an object with the key and its label.
 */
export type ApiKey = PlainKey | LabelledKey;
/**
 * A key whose label is its position: the first is 'key 1'.
 */
export type PlainKey = string;
/**
 * The origins of web pages, each with its scheme and, if it is not the default, its port.
 */
export type Origins = string[];
/**
 * A key of a provider, or an object with the key and its label.
 */
export type ProviderKey = PlainKey | LabelledProviderKey;
/**
 * The URL of an HTTP proxy. It may have a user name and a password.
 */
export type ProxyUrl = string;
/**
 * A limit of a provider: requests, tokens or units, per duration or each day, week or month; or concurrent requests.
 */
export type Limit =
  | RequestLimit
  | CalendarRequestLimit
  | TokenLimit
  | CalendarTokenLimit
  | InputTokenLimit
  | CalendarInputTokenLimit
  | OutputTokenLimit
  | CalendarOutputTokenLimit
  | UnitLimit
  | CalendarUnitLimit
  | ConcurrentLimit;
/**
 * The amount.
 */
export type Amount = number;
/**
 * A window by the calendar: it ends with the day, the week or the month of the time zone.
 */
export type Each = 'day' | 'week' | 'month';
/**
 * The time zone, such as 'America/Los_Angeles'. Summer time counts.
 */
export type Zone = string;
/**
 * When the window begins. With each: 'month', a day from 1 to 31, such as that of your signup; shorter months begin on their last day. With each: 'week', a date on which a week begins, such as '2026-03-05'. The default is the first day of the month, or Monday.
 */
export type From = DayOfMonth | Date;
/**
 * A day of the month.
 */
export type DayOfMonth = number;
/**
 * A date, such as '2026-03-05'.
 */
export type Date = string;
/**
 * The amount, in the provider's own units, such as neurons or dollars.
 */
export type Units = number;
/**
 * A list of targets, or an object with `targets` and settings.
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
 * The targets, in the order in which 429chain tries them.
 *
 * @minItems 1
 */
export type TargetList = Target[];
/**
 * The name or path of a plugin, or an object with settings.
 */
export type Plugin = PluginName | FullPlugin;
/**
 * The name of a built-in plugin, a path that begins with ./ ../ or /, or the name of an installed package.
 */
export type PluginName = string;

/**
 * The configuration of 429chain. ${NAME} in any string is replaced by the environment variable NAME. Write $${ for a literal ${.
 */
export interface Configuration {
  /**
   * The path or URL of this schema. Editors use it to complete and check the file.
   */
  $schema?: string;
  server?: Server;
  /**
   * The folder for generated keys, state and logs. A relative path is relative to this file.
   */
  dataDir?: string;
  /**
   * Your provider accounts. You choose the id of each one; targets refer to it. Can be empty.
   */
  providers: {
    [k: string]: Provider;
  };
  /**
   * Named, ordered lists of targets. A request whose model is the name of a chain goes to the first target of that chain with free capacity. Can be empty.
   */
  chains: {
    [k: string]: Chain;
  };
  /**
   * The chain for requests whose model is neither a chain nor a target. Optional if there is only one chain, or one named 'default'.
   */
  defaultChain?: string;
  /**
   * Model names that clients send, and the chain or target that answers each. * stands for any characters. The first match wins.
   */
  aliases?: {
    [k: string]: string;
  };
  /**
   * Plugins, by name or by path relative to this file. Built-in plugins are on by default; list one to set its options or to disable it.
   */
  plugins?: Plugin[];
}
/**
 * The address of 429chain, its keys and its limits.
 */
export interface Server {
  /**
   * The address to listen on. Any address other than 127.0.0.1, ::1 or localhost requires apiKeys.
   */
  host?: string;
  /**
   * The port to listen on. 0 uses any free port.
   */
  port?: number;
  /**
   * The client keys: programs send one with each request. Without any, 429chain generates one at the first start and stores it in dataDir.
   */
  apiKeys?: ApiKey[];
  /**
   * The key for the admin. It must differ from the apiKeys. By default, 429chain generates one at the first start and stores it in dataDir.
   */
  adminKey?: string;
  /**
   * Additional host names for the admin, such as the name of a reverse proxy. localhost, IP addresses and `host` are always allowed.
   */
  hosts?: string[];
  /**
   * The maximum size of a request body, in bytes. The default is 32 MiB.
   */
  maxBodyBytes?: number;
  /**
   * The maximum total size of the request bodies that 429chain holds at once, in bytes. Must be at least maxBodyBytes. Beyond it, requests are refused with 503. The default is a quarter of the memory that Node.js may use for its heap.
   */
  maxBodiesInFlight?: number;
  /**
   * The web pages that may use the API from a browser: a list of origins, or '*' for all. Applies below /v1, never to the admin.
   */
  cors?: '*' | Origins;
  /**
   * The reverse proxies in front of 429chain, as addresses or networks. For requests from these, 429chain reads the client's address in X-Forwarded-For, so that wrong keys slow only their sender.
   */
  trustedProxies?: string[];
  /**
   * 'only': requests go only to targets that are known to be free. Applies to all chains that do not set `free`, and to targets that requests name directly.
   */
  free?: 'only' | 'any';
  /**
   * 'no-training': requests go only to targets whose provider is known not to train models on them. Applies to all chains that do not set `privacy`, and to targets that requests name directly.
   */
  privacy?: 'no-training' | 'any';
  /**
   * The maximum number of requests that wait for capacity. Further requests are refused at once.
   */
  maxWaiting?: number;
  /**
   * How long requests in flight may continue when 429chain stops. Longer streams end with an error.
   */
  drain?: string;
  /**
   * How often 429chain checks whether models are still listed and free, keys still work, and limits match the catalogue, such as '1d'. Findings are in the log and on the Providers page. By default, 429chain checks only when you ask for it.
   */
  checkEvery?: string;
  log?: Logging;
}
/**
 * A key with a label.
 */
export interface LabelledKey {
  /**
   * A key whose label is its position: the first is 'key 1'.
   */
  key: string;
  /**
   * Identifies the key in logs. Labels are unique.
   */
  label?: string;
}
/**
 * The log on standard output.
 */
export interface Logging {
  /**
   * The lowest level to log. 'debug': every failed attempt and every skipped target. 'info': every request. 'warn': problems. 'error': problems that need your attention.
   */
  level?: 'debug' | 'info' | 'warn' | 'error';
  /**
   * 'pretty' is readable text, 'json' one JSON object per line. 'auto' is pretty on a terminal and JSON otherwise.
   */
  format?: 'auto' | 'pretty' | 'json';
}
/**
 * A provider account: its API, its key and its limits.
 */
export interface Provider {
  /**
   * The provider type, such as 'groq', 'cerebras', 'openrouter', 'openai-compatible' or a type of one of your plugins.
   */
  type: string;
  /**
   * The account's API key. Prefer '${NAME}' to the key itself. While the variable is not set, the provider is skipped.
   */
  apiKey?: string;
  /**
   * The API keys of several accounts at this provider, instead of apiKey. Each account has its own limits, cooldowns and slots. A key whose variable is not set is skipped.
   *
   * @minItems 1
   */
  apiKeys?: ProviderKey[];
  /**
   * Which of several keys is used first. 'order': the first in the list with free capacity. 'most-left': the one with the most capacity left.
   */
  rotate?: 'order' | 'most-left';
  /**
   * The URL of the API, without /chat/completions. It may have a query, and a user name and password. Required for openai-compatible; the other built-in types have a default.
   */
  baseUrl?: string;
  /**
   * The protocols that the API speaks: 'chat', 'responses', 'messages'. Requests in one of them pass unchanged; all others are translated to 'chat'. Also lists endpoints beside chat, such as 'embeddings'. By default, the provider type decides.
   *
   * @minItems 1
   */
  speaks?: string[];
  /**
   * The HTTP proxy for this provider; false for a direct connection. By default, HTTP_PROXY, HTTPS_PROXY and NO_PROXY in the environment decide.
   */
  proxy?: ProxyUrl | false;
  /**
   * false disables the provider and keeps its settings.
   */
  enabled?: boolean;
  /**
   * The name of the account, if several providers share the limits of one account, such as two addresses with one key. Providers with the same account count together, and so do all keys of apiKeys. By default, each provider, and each of several keys, is an account of its own.
   */
  account?: string;
  /**
   * For chains with `free: 'only'`: true if requests to this account cost nothing, false if they cost money. A price in the provider's list of models overrides true.
   */
  free?: boolean;
  /**
   * For chains with `privacy: 'no-training'`: 'no' if the provider does not train models on your requests, for example after you opted out; 'may' if it might.
   */
  training?: 'no' | 'may';
  /**
   * The limits of the whole account. With apiKeys, they apply to each key separately.
   */
  limits?: Limit[];
  timeouts?: Timeouts;
  /**
   * Additional headers for every request to this provider.
   */
  headers?: {
    [k: string]: string;
  };
  /**
   * Options of this provider type.
   */
  options?: {
    [k: string]: unknown;
  };
}
/**
 * A key of a provider with a label.
 */
export interface LabelledProviderKey {
  /**
   * A key whose label is its position: the first is 'key 1'.
   */
  key: string;
  /**
   * Names the account, such as 'ann': its targets are called groq:ann/model. Labels are unique within a provider. The default is the position, 'key 1' for the first key.
   */
  label?: string;
}
export interface RequestLimit {
  requests: Amount;
  /**
   * The duration of the window: '1m', '1h', '1d', …
   */
  per: string;
}
export interface CalendarRequestLimit {
  requests: Amount;
  each: Each;
  zone?: Zone;
  from?: From;
}
export interface TokenLimit {
  tokens: Amount;
  /**
   * The duration of the window: '1m', '1h', '1d', …
   */
  per: string;
}
export interface CalendarTokenLimit {
  tokens: Amount;
  each: Each;
  zone?: Zone;
  from?: From;
}
export interface InputTokenLimit {
  input_tokens: Amount;
  /**
   * The duration of the window: '1m', '1h', '1d', …
   */
  per: string;
}
export interface CalendarInputTokenLimit {
  input_tokens: Amount;
  each: Each;
  zone?: Zone;
  from?: From;
}
export interface OutputTokenLimit {
  output_tokens: Amount;
  /**
   * The duration of the window: '1m', '1h', '1d', …
   */
  per: string;
}
export interface CalendarOutputTokenLimit {
  output_tokens: Amount;
  each: Each;
  zone?: Zone;
  from?: From;
}
export interface UnitLimit {
  units: Units;
  /**
   * The duration of the window: '1m', '1h', '1d', …
   */
  per: string;
  costs: Costs;
}
/**
 * What a request costs in these units, by model. A key is the id of a model, with * for any text; the first one that fits counts. Models without one cost nothing.
 */
export interface Costs {
  [k: string]: Cost;
}
/**
 * The cost of a request: the sum of these.
 */
export interface Cost {
  /**
   * For each request.
   */
  request?: number;
  /**
   * For 1,000 tokens of the prompt.
   */
  input?: number;
  /**
   * For 1,000 tokens of the answer.
   */
  output?: number;
}
export interface CalendarUnitLimit {
  units: Units;
  each: Each;
  zone?: Zone;
  from?: From;
  costs: Costs;
}
export interface ConcurrentLimit {
  concurrent: Amount;
}
/**
 * How long to wait for a provider before an attempt fails. A chain's timeouts override the provider's, and a target's override both.
 */
export interface Timeouts {
  /**
   * Until the connection is established.
   */
  connect?: string;
  /**
   * Until the first token of a stream, or the whole answer if it is not streamed.
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
   * Overrides the provider's `free` for this model.
   */
  free?: boolean;
  /**
   * The limits of this target.
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
   * Wait up to this long for a target to reset before falling through to the next one, also after it has just refused the request.
   */
  patience?: string;
  /**
   * Retries of the same target after a 5xx status or a broken connection within two seconds, before the next target is tried. Timeouts are not retried.
   */
  retries?: number;
  /**
   * When a stream breaks, the next target continues it. Tool calls are then buffered until they are complete. With false, a broken stream ends with an error.
   */
  resume?: boolean;
  /**
   * The instruction that asks a target to continue an answer. {lastWords} is replaced by the last words that the client received. The target must begin with them.
   */
  resumeInstruction?: string;
  /**
   * When a provider refuses the content: 'return' returns the refusal to the client, 'next' tries the next target.
   */
  onModeration?: 'return' | 'next';
  /**
   * 'only' asks only targets that are known to be free: by the provider's list of models, its type, the catalogue, or your own `free: true`. 'any' asks all targets. The default is the server's setting.
   */
  free?: 'only' | 'any';
  /**
   * 'no-training' asks only targets whose provider is known not to train models on requests. 'any' asks all targets. The default is the server's setting.
   */
  privacy?: 'no-training' | 'any';
  /**
   * By default, an embeddings request falls back only to targets with the same model, because embeddings of different models cannot be compared. With true, any target of the chain may answer. Use it only if all of them return the same vectors.
   */
  sameVectors?: boolean;
  timeouts?: Timeouts;
}
/**
 * A plugin with settings.
 */
export interface FullPlugin {
  use: PluginName;
  /**
   * Options of this plugin.
   */
  options?: {
    [k: string]: unknown;
  };
  /**
   * false disables the plugin, also a built-in one.
   */
  enabled?: boolean;
}
