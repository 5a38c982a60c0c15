/**
 * What stands in for commands of docs that go on, that are large, or that a machine may not have: `node shims.mjs curl …`.
 * Ends with status 0 only where the command makes sense.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Those that end by themselves. Without a command it is `start`. */
const ENDING = [
  'init',
  'check',
  'ask',
  'status',
  'explain',
  'catalogue',
  'health',
  'connect',
  'doctor',
  'plugin',
  '--help',
  '--version',
];
const [name, ...args] = process.argv.slice(2);

const refuse = (message) => {
  console.error(message);
  process.exit(1);
};

/** The real thing, with a way of its own to find others. */
const run = (command, words, { until } = {}) => {
  const env = { ...process.env, PATH: process.env.REAL_PATH };
  const child = spawn(command, words, { env, stdio: ['inherit', 'pipe', 'inherit'] });
  let output = '';
  let ended = false;
  child.stdout.on('data', (text) => {
    process.stdout.write(text);
    output += text;
    if (until === undefined || ended || !until.test(output)) return;
    ended = true;
    child.kill('SIGTERM');
  });
  child.on('close', (status) => {
    if (until !== undefined && !ended) refuse(`It ended with status ${status} and never printed ${until}.`);
    // What is told to end may end by the signal.
    process.exitCode = until !== undefined && status === null ? 0 : status;
  });
};

/**
 * As it is built. One that goes on is ended as soon as it has said what people wait for; several pages start it alike, and
 * once is enough.
 */
const chain = (words) => {
  const main = [process.env.CHAIN_MAIN, ...words];
  const goesOn = !words.some((word) => ENDING.includes(word)) || words.includes('--watch');
  if (!goesOn) return run(process.execPath, main);
  const started = `${words.filter((word) => word !== 'start').join(' ')}\n`;
  if (readFileSync(process.env.STARTED, 'utf8').includes(`\n${started}`)) return;
  appendFileSync(process.env.STARTED, started);
  if (words.includes('status')) run(process.execPath, main, { until: /./ });
  else run(process.execPath, [...main, '--port', '0'], { until: /listens on http/ });
};

/** Scripts of the repository have tests of their own: here they have to be there. 429chain runs. */
const npm = ([command = '', ...rest]) => {
  if (['ci', 'install', 'pack', 'publish'].includes(command)) return;
  const script = command === 'run' ? rest.shift() : command;
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  if (scripts[script] === undefined) refuse(`There is no script "${script}".`);
  const words = rest[0] === '--' ? rest.slice(1) : rest;
  if (words[0]?.startsWith('--') && rest[0] !== '--') refuse(`npm takes ${words[0]} for itself: write -- before it.`);
  if (script === '429chain') chain(words);
  if (script === 'start') chain(['start', ...words]);
};

/** The package itself is tried with npx where it is packed. Here it is the same command, a second sooner. */
const npx = ([command, ...words]) =>
  command === '429chain' ? chain(words) : refuse(`npx ${command} is not known here.`);

/** No engine is needed: the files that are named have to be there. The image has tests of its own. */
const docker = (words) => {
  const known = ['compose', 'build', 'run', 'exec', 'logs'];
  if (!known.includes(words[0])) refuse(`docker ${words[0]} is not known here.`);
  const files = words.flatMap((word, index) => (word === '-f' ? [words[index + 1]] : []));
  if (words[0] === 'build') files.push('Dockerfile');
  const missing = files.filter((file) => !existsSync(`${ROOT}${file}`));
  if (missing.length > 0) refuse(`There is no ${missing.join(', ')}.`);
};

/** No cluster is needed either. */
const kubectl = (words) => {
  if (words[0] !== 'apply' || words[1] !== '--filename') refuse(`kubectl ${words[0]} is not known here.`);
  if (!existsSync(`${ROOT}${words[2]}`)) refuse(`There is no ${words[2]}.`);
};

/** An answer that is an error fails; a feed that goes on is left once something came. */
const curl = (words) => {
  const silent = ['--silent', '--show-error', '--fail-with-body', '--noproxy', '*'];
  run('curl', [...silent, ...words], words.includes('-N') ? { until: /data:/ } : {});
};

const SHIMS = { '429chain': chain, npm, npx, docker, kubectl, curl };
SHIMS[name](args);
