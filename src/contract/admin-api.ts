import type {
  ChainsReply,
  ChainWritten,
  CheckedText,
  ConfigurationReply,
  KeysReply,
  MadeKey,
  PinnedLimit,
  PluginsReply,
  PluginWritten,
  ProvidersReply,
  ProviderToTry,
  ProviderTypeView,
  ProviderWritten,
  Saved,
} from './admin-configuration.js';
import type { Explanation } from './explain.js';
import type { ModelsReply, ProviderTrial } from './models.js';
import type { Dimension, Duration, TargetState } from './quota.js';
import type { RequestLogHealth, RequestPage, RequestRecord, Totals, UsageReport } from './requests.js';

/**
 * Every route below `/admin/api` that answers JSON: what it takes and what it answers. Server and browser are typed by
 * this alone. Those that change the configuration want the `revision` that they start from in `If-Match`, and answer 409
 * `configuration_changed` when it is no longer the one in force.
 */
export interface AdminApi {
  /** Answers 401 to who is not signed in, as every other route. */
  'GET /session': { reply: SessionView };
  /** Signs in: the answer sets the cookie that opens the other routes. */
  'POST /session': { body: { readonly adminKey: string }; reply: SessionView };
  /** Signs out. */
  'DELETE /session': { reply: SessionView };
  /** How every target of every chain stands now, and what the day came to. */
  'GET /status': { reply: StatusReport };
  /** Requests that are over, the last one first. Query: `limit`, `cursor`, `chain`, `provider`, `status`. */
  'GET /requests': { reply: RequestPage };
  'GET /requests/:id': { reply: RequestRecord };
  /** What requests came to. Query: `from`, `to`. */
  'GET /usage': { reply: UsageReport };
  /** What would happen to a request now; nothing is sent, and nothing is spent. */
  'POST /explain': { body: ExplainRequest; reply: Explanation };
  /** Ends every rest of a target, its pool and its account, and forgets what was learned of them. */
  'POST /cooldowns/lift': { body: { readonly target: string }; reply: LiveStatus };
  /** Writes a limit down in the configuration, so that it holds whatever is learned or heard. */
  'POST /limits/pin': { body: PinnedLimit; reply: Saved };

  /** The kinds of provider there are, built in and by plugins. */
  'GET /provider-types': { reply: readonly ProviderTypeView[] };
  'GET /providers': { reply: ProvidersReply };
  /** Adds a provider, or takes the place of the one of this id. */
  'PUT /providers/:id': { body: ProviderWritten; reply: Saved };
  /** Refused while a chain names it. */
  'DELETE /providers/:id': { reply: Saved };
  /** Its models, asked for now. */
  'GET /providers/:id/models': { reply: ModelsReply };
  /** Asks a provider that need not be saved for its models: is its key good? */
  'POST /providers/try': { body: ProviderToTry; reply: ProviderTrial };

  'GET /chains': { reply: ChainsReply };
  /** Adds a chain, or takes the place of the one of this name; `name` in the body renames it. */
  'PUT /chains/:name': { body: ChainWritten; reply: Saved };
  'DELETE /chains/:name': { reply: Saved };
  'PUT /default-chain': { body: { readonly name: string }; reply: Saved };

  /** Keys that callers may use, masked. */
  'GET /keys': { reply: KeysReply };
  /** Makes a key. It is told here once, and by `reveal`. */
  'POST /keys': { body: { readonly label: string }; reply: MadeKey };
  'PUT /keys/:label': { body: { readonly label: string }; reply: Saved };
  'DELETE /keys/:label': { reply: Saved };
  /** For copying it into another program. Only keys of callers: those of providers never leave the server. */
  'POST /keys/:label/reveal': { body: Record<string, never>; reply: { readonly key: string } };

  'GET /plugins': { reply: PluginsReply };
  'PUT /plugins/:name': { body: PluginWritten; reply: Saved };

  /** The file as it is on the disk, its variables unread. */
  'GET /configuration': { reply: ConfigurationReply };
  'PUT /configuration': { body: { readonly text: string }; reply: Saved };
  /** Is that a configuration that could be used? Nothing is saved. */
  'POST /configuration/check': { body: { readonly text: string }; reply: CheckedText };
}

export interface SessionView {
  readonly signedIn: boolean;
  /** That of the server. */
  readonly version: string;
}

/** How all targets stand now. */
export interface LiveStatus {
  readonly targets: readonly TargetView[];
  /** Requests that wait for capacity. */
  readonly waiting: number;
}

export interface StatusReport extends LiveStatus {
  /** What requests that were over today came to; the day is that of UTC. Absent where requests are not logged. */
  readonly today?: Totals;
  readonly free: FreeToday;
  /** Absent where requests are not logged. */
  readonly log?: RequestLogHealth;
}

/**
 * How much of the free units of a day is used, as the limits of a day tell, in which use beside 429chain is included. A
 * provider's day begins at its own hour, such as midnight in UTC or Pacific time, or slides: each counts as it stands now.
 */
export interface FreeToday {
  /** Over all scopes whose tokens per day are known. Absent where there is none. */
  readonly tokens?: ShareUsed;
  /** The same for scopes of which only the requests per day are known. */
  readonly requests?: ShareUsed;
  /** Targets that may be asked and of which no limit of a day is known. They are in neither figure. */
  readonly unknown: number;
}

export interface ShareUsed {
  readonly used: number;
  readonly limit: number;
}

/** How one target stands now. */
export interface TargetView {
  readonly target: string;
  /** The chains that name it. */
  readonly chains: readonly string[];
  readonly state: TargetState;
  readonly reason?: string;
  /** Epoch ms; absent where nobody knows, and for a state that does not end by itself. */
  readonly until?: number;
  /** Attempts that are under way. */
  readonly inFlight: number;
  readonly quotas: readonly QuotaView[];
}

/** What is known of one quota, and how we know it. */
export interface QuotaView {
  /** A provider (`groq`), a pool (`openrouter#free`) or a target (`groq/model`). */
  readonly scope: string;
  readonly dimension: Dimension;
  /** Absent for `concurrent`. */
  readonly window?: Duration;
  readonly limit?: number;
  readonly used?: number;
  readonly inFlight: number;
  readonly remaining?: number;
  /** Epoch ms. */
  readonly resetAt?: number;
  readonly source: 'header' | 'manual' | 'learned' | 'known';
}

/** A chat request, or as much of it as matters: its model, its length, whether it is streamed. */
export interface ExplainRequest {
  readonly model?: string;
  readonly messages?: readonly unknown[];
  readonly max_tokens?: number;
  readonly stream?: boolean;
  /** In place of what `model` names: a chain that need not be saved. */
  readonly targets?: readonly string[];
}
