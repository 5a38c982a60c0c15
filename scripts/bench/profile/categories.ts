/** Where a function comes from: its file, and its name. Functions of Node that are written in C++ have no file. */
export interface Frame {
  readonly file: string;
  readonly name: string;
}

/** A kind of code that the CPU is spent in. */
export interface Category {
  readonly name: string;
  /** Matches the file of a function. */
  readonly files?: RegExp;
  /** Matches the name of a function without a file. */
  readonly natives?: RegExp;
  /** What it does for a request. */
  readonly why: string;
}

/** The first that matches counts. A native function that none of them names counts for the function that called it. */
export const CATEGORIES: readonly Category[] = [
  {
    name: 'garbage collection',
    natives: /^\(garbage collector\)$/,
    why: 'Frees what earlier requests allocated. It grows with every object that a request makes.',
  },
  {
    name: 'Node outside JavaScript',
    natives: /^\(program\)$/,
    why: 'The event loop, the system calls that read sockets, and the HTTP parser. The bare relays pay it too.',
  },
  {
    name: 'writes to sockets',
    natives: /^(writev|writeBuffer|writeUtf8String|writeLatin1String|writeAsciiString)$/,
    why: 'The system calls that send requests to the provider and answers to the caller: one for each chunk of a stream.',
  },
  {
    name: 'Node: HTTP',
    files: /^node:(_http|internal\/http)/,
    why: 'Parses the heads of requests, and writes the heads and chunks of answers.',
  },
  {
    name: 'Node: sockets and streams',
    files: /^node:(net|stream|internal\/streams|internal\/stream_base_commons|internal\/js_stream)/,
    why: 'Passes bytes between sockets and their readers and writers, with a queue and a callback for each piece.',
  },
  {
    name: 'Node: timers',
    files: /^node:(timers|internal\/timers)/,
    why: 'Keeps the deadlines of requests: total time, first token and silence.',
  },
  {
    name: 'Node: callbacks',
    files: /^node:(events|async_hooks|internal\/(process|async_hooks|abort_controller|event_target|promise|util))/,
    why: 'Calls listeners, promise callbacks and what was put off to the next tick.',
  },
  {
    name: 'Node: files',
    files: /^node:(fs|internal\/fs)/,
    why: 'Writes the request log and the state of the ledger to disk, many records at a time.',
  },
  {
    name: 'Node: the rest',
    files: /^node:/,
    why: 'Buffers, URLs, text decoding and ids.',
  },
  {
    name: 'undici',
    files: /node_modules\/undici\//,
    why: 'Keeps connections to providers, writes requests and parses answers.',
  },
  {
    name: 'NeDB',
    files: /node_modules\/(@seald-io|nedb)/,
    why: 'Writes the lines of the request log in the format of NeDB.',
  },
  {
    name: 'prom-client',
    files: /node_modules\/(prom-client|tdigest|bintrees|@opentelemetry)/,
    why: 'Counts requests, tokens and durations for `/metrics`.',
  },
  {
    name: 'Koa',
    files: /node_modules\//,
    why: 'Makes a context for each request and calls the middleware. Its small packages count here.',
  },
  {
    name: 'src/http',
    files: /\/src\/(http|access|routes|surface|app)\b/,
    why: 'Checks the key, reads the body, finds the chain, and writes head and body of the answer.',
  },
  {
    name: 'src/protocols',
    files: /\/src\/protocols\//,
    why: 'Checks requests of each protocol. For Responses and Messages it translates the request and every chunk of the answer.',
  },
  {
    name: 'src/engine/walk',
    files: /\/src\/engine\/walk\//,
    why: 'Decides which target is asked, and writes down what became of the others.',
  },
  {
    name: 'src/engine/attempt',
    files: /\/src\/engine\/attempt\//,
    why: 'Makes the request for one target, adapts its body, estimates its tokens, and watches its deadlines.',
  },
  {
    name: 'src/engine/stream',
    files: /\/src\/engine\/(stream|resume|resuming-stream)/,
    why: 'Finds the events of a stream, watches for errors and the end, and keeps what a continuation would need.',
  },
  {
    name: 'src/engine',
    files: /\/src\/engine\//,
    why: 'Carries a request through the chain, from the first target to the last.',
  },
  {
    name: 'src/ledger',
    files: /\/src\/ledger\//,
    why: 'Reserves a place in every limit of a target, and settles it with what the answer used.',
  },
  {
    name: 'src/host',
    files: /\/src\/host\/|node_modules\/tapable/,
    why: 'Calls the hooks of plugins, and catches what they throw.',
  },
  {
    name: 'src/plugin',
    files: /\/src\/plugin\//,
    why: 'Reads the limits in the headers of answers, and makes the record of a request.',
  },
  {
    name: 'src/logging',
    files: /\/src\/(logging|log|secrets)\b|\/plugins\/request-lines/,
    why: 'Writes one line to the log for each request, and looks for secrets in what leaves.',
  },
  {
    name: 'plugins/nedb-logger',
    files: /\/plugins\/(nedb-logger|request-log)\//,
    why: 'Keeps a record of each request and the totals of each day.',
  },
  {
    name: 'plugins/prometheus',
    files: /\/plugins\/prometheus\//,
    why: 'Turns each request into the labels and values of the metrics.',
  },
  {
    name: 'other plugins',
    files: /\/plugins\//,
    why: 'Provider types and readers of rate-limit headers.',
  },
  {
    name: 'the rest of src',
    files: /./,
    why: 'The clock, the admin, the runtime and the start of the process.',
  },
];

const matches = ({ files, natives }: Category, { file, name }: Frame): boolean =>
  file === '' ? natives?.test(name) === true : files?.test(file) === true;

/** The category of a function; `undefined` for a native function that counts for its caller. */
export const categoryOf = (frame: Frame): Category | undefined =>
  CATEGORIES.find((category) => matches(category, frame));
