import type {
  ChainSettingsView,
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
import type { CatalogueReply } from './catalogue.js';
import type { Explanation } from './explain.js';
import type { HealthView } from './health.js';
import type { InspectionReply } from './inspection.js';
import type { ModelsReply, TryReply } from './models.js';
import type { Calendar, Dimension, Duration, TargetState } from './quota.js';
import type { RequestLogHealth, RequestPage, RequestRecord, Totals, UsageReport } from './requests.js';

/**
 * The JSON routes below `/admin/api`, with their request and response bodies. Server and browser share these types. Routes
 * that change the configuration require the `revision` they start from in `If-Match`, and answer 409
 * `configuration_changed` if the configuration has a different revision.
 */
export interface AdminApi {
  /** Whether the caller is signed in. Unlike other routes, it answers 200 without a session. It refuses a wrong bearer key. */
  'GET /session': { reply: SessionView };
  /** Signs in. The response sets the session cookie. */
  'POST /session': { body: { readonly adminKey: string }; reply: SessionView };
  /** Signs out. */
  'DELETE /session': { reply: SessionView };
  /** The state of all targets, and the totals of the day. */
  'GET /status': { reply: StatusReport };
  /** Finished requests, the latest first. Query: `limit`, `cursor`, `chain`, `provider`, `status`. */
  'GET /requests': { reply: RequestPage };
  'GET /requests/:id': { reply: RequestRecord };
  /** Totals over requests. Query: `from`, `to`. */
  'GET /usage': { reply: UsageReport };
  /** What would happen to a request now. Nothing is sent to the providers. */
  'POST /explain': { body: ExplainRequest; reply: Explanation };
  /** Ends the cooldowns of a target, its pool and its account, and forgets what was learned about their limits. */
  'POST /cooldowns/lift': { body: { readonly target: string }; reply: LiveStatus };
  /** Writes a limit to the configuration, which overrides learned and reported limits. */
  'POST /limits/pin': { body: PinnedLimit; reply: Saved };

  /** The provider types, built-in and from plugins. */
  'GET /provider-types': { reply: readonly ProviderTypeView[] };
  /** What providers give for free, with limits, sources and age. */
  'GET /catalogue': { reply: CatalogueReply };
  'GET /providers': { reply: ProvidersReply };
  /** Adds or replaces a provider. */
  'PUT /providers/:id': { body: ProviderWritten; reply: Saved };
  /** Refused while a chain uses the provider. */
  'DELETE /providers/:id': { reply: Saved };
  /** The provider's models, fetched now. */
  'GET /providers/:id/models': { reply: ModelsReply };
  /** Tests a provider, saved or not, by asking it for its models. */
  'POST /providers/try': { body: ProviderToTry; reply: TryReply };

  /** What the last look at all providers found: models that are gone, keys that are refused, limits that changed. */
  'GET /inspection': { reply: InspectionReply };
  /** Looks now: asks every provider for its models. */
  'POST /inspection': { body: Record<string, never>; reply: InspectionReply };

  'GET /chains': { reply: ChainsReply };
  /** Adds or replaces a chain. `name` in the body renames it. */
  'PUT /chains/:name': { body: ChainWritten; reply: Saved };
  'DELETE /chains/:name': { reply: Saved };
  'PUT /default-chain': { body: { readonly name: string }; reply: Saved };

  /** The client keys, masked. */
  'GET /keys': { reply: KeysReply };
  /** Creates a client key. Only this response and `reveal` contain it. */
  'POST /keys': { body: { readonly label: string }; reply: MadeKey };
  'PUT /keys/:label': { body: { readonly label: string }; reply: Saved };
  'DELETE /keys/:label': { reply: Saved };
  /** Returns a client key, to copy it into a program. Provider keys are never returned. */
  'POST /keys/:label/reveal': { body: Record<string, never>; reply: { readonly key: string } };

  'GET /plugins': { reply: PluginsReply };
  'PUT /plugins/:name': { body: PluginWritten; reply: Saved };

  /** The configuration file as it is on disk. */
  'GET /configuration': { reply: ConfigurationReply };
  'PUT /configuration': { body: { readonly text: string }; reply: Saved };
  /** Validates a configuration without saving it. */
  'POST /configuration/check': { body: { readonly text: string }; reply: CheckedText };
}

export interface SessionView {
  readonly signedIn: boolean;
  /** The version of 429chain. Absent for a caller that is not signed in. */
  readonly version?: string;
  /** Where to find the admin key. Only for a caller that is not signed in. */
  readonly adminKey?: AdminKeyPlace;
}

/** Where the admin key is. `file` is relative to the folder of the configuration. It never contains the key. */
export type AdminKeyPlace =
  /** 429chain generated it. */
  | { readonly kind: 'data-folder'; readonly file: string }
  /** It is written in the configuration itself. `file` is absent if the configuration is not a file. */
  | { readonly kind: 'configuration'; readonly file?: string }
  /** This variable in the environment of the process has it. */
  | { readonly kind: 'environment'; readonly variable: string }
  /** This variable names the file that has it. */
  | { readonly kind: 'secret-file'; readonly variable: string }
  /** It is a variable in `.env` beside the configuration `file`. */
  | { readonly kind: 'dot-env'; readonly variable: string; readonly file?: string };

/** The state of all targets. */
export interface LiveStatus {
  readonly targets: readonly TargetView[];
  /** The number of requests that wait for capacity. */
  readonly waiting: number;
  /** Blocks of the event loop since the start. Absent if there was none. */
  readonly loop?: LoopView;
  /** Absent if this process counts limits alone. */
  readonly ledger?: SharedLedgerView;
}

/** The place where several replicas count limits together. */
export interface SharedLedgerView {
  /** Where it is, without secrets. */
  readonly name: string;
  readonly connected: boolean;
  /** Replicas that were seen last, this one included. */
  readonly replicas: number;
  /** All of it in a sentence. */
  readonly summary: string;
}

/** How often the event loop was blocked for more than 250 ms, so that no request made progress. */
export interface LoopView {
  readonly blocked: number;
  /** The longest of these blocks, ms. */
  readonly longestMs: number;
}

export interface StatusReport extends LiveStatus {
  /** Epoch ms. `today` contains the requests that ended before. */
  readonly at: number;
  /** The totals of the current UTC day. Absent if there is no request log. */
  readonly today?: Totals;
  readonly free: FreeToday;
  /** Absent if there is no request log. */
  readonly log?: RequestLogHealth;
}

/**
 * The use of the daily free quotas, according to the daily limits, which include use outside of 429chain. A provider's day
 * can begin at midnight in UTC or Pacific time, or slide; each counts with its current state.
 */
export interface FreeToday {
  /** The sum over all scopes with a known limit of tokens per day. Absent if there is none. */
  readonly tokens?: ShareUsed;
  /** The sum over the scopes for which only a limit of requests per day is known. */
  readonly requests?: ShareUsed;
  /** The number of usable targets without a known daily limit. They are in neither sum. */
  readonly unknown: number;
}

export interface ShareUsed {
  readonly used: number;
  readonly limit: number;
}

/** The state of a target. */
export interface TargetView {
  readonly target: string;
  /** The chains that use it. */
  readonly chains: readonly string[];
  readonly state: TargetState;
  /**
   * A limit or a cooldown seems to be over. One request finds out, and others pass the target over until it is answered.
   * Absent: no.
   */
  readonly probing?: true;
  readonly reason?: string;
  /** When the state ends, epoch ms. Absent if this is unknown, or if the state does not end by itself. */
  readonly until?: number;
  /** The number of attempts in flight. */
  readonly inFlight: number;
  readonly quotas: readonly QuotaView[];
  /** What happened last. Absent if nothing did yet. */
  readonly health?: HealthView;
  /** The chains whose rules forbid it, and why. Absent if there are none. */
  readonly forbidden?: readonly { readonly chain: string; readonly reason: string }[];
}

/** The state of a quota. */
export interface QuotaView {
  /** A provider (`groq`), a pool (`openrouter#free`) or a target (`groq/model`). */
  readonly scope: string;
  readonly dimension: Dimension;
  /** Absent for `concurrent`, and if the window follows a calendar. */
  readonly window?: Duration;
  /** The days, weeks or months in which it counts. */
  readonly calendar?: Calendar;
  readonly limit?: number;
  readonly used?: number;
  readonly inFlight: number;
  /** What is left, without what requests in flight hold. */
  readonly remaining?: number;
  /** One request finds out whether the provider agrees that `remaining` is back. Absent: no. */
  readonly probing?: true;
  /** Epoch ms. */
  readonly resetAt?: number;
  readonly source: 'header' | 'manual' | 'learned' | 'known';
}

/** The relevant parts of a chat request: its model, its length, and whether it is streamed. */
export interface ExplainRequest {
  readonly model?: string;
  readonly messages?: readonly unknown[];
  readonly max_tokens?: number;
  readonly stream?: boolean;
  /** The endpoint, such as `embeddings`. Default: chat. Its own fields, such as `input`, stand beside it. */
  readonly endpoint?: string;
  /** The targets to use instead of those of `model`, such as those of an unsaved chain. */
  readonly targets?: readonly string[];
  /** With `targets`: the rules of the unsaved chain. Absent: those of the saved one. */
  readonly rules?: Pick<ChainSettingsView, 'free' | 'privacy'>;
}
