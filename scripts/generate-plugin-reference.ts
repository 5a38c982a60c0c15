import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DECLARATIONS = new URL('../dist/src/', import.meta.url);
const PAGE = new URL('../docs/reference/plugin.md', import.meta.url);

const INTRODUCTION = `<!-- Generated from the code by \`npm run generate\`: change the comments there, not this page. -->

# Reference for plugins

All types and functions that a plugin can import. [Plugins](../plugins.md) explains how they work together, and
[the tutorial](../tutorial.md) shows how to begin. Points in time are in milliseconds since 1970. Durations whose name ends in
\`Ms\` are in milliseconds.
`;

/** An entry point of the package, and the files of each section. */
interface EntryPoint {
  readonly name: string;
  readonly index: string;
  readonly sections: readonly (readonly [title: string, files: readonly string[]])[];
}

const ENTRY_POINTS: readonly EntryPoint[] = [
  {
    name: '429chain/plugin',
    index: 'plugin/index',
    sections: [
      ['Plugins', ['./door/api']],
      ['Hooks', ['./door/hooks', './door/attempt']],
      ['Limits and failures', ['../contract/quota']],
      [
        'Provider types',
        [
          './door/provider-type',
          './door/known-limit',
          './door/restriction',
          './door/free-offer',
          '../contract/catalogue-entry',
          './door/limit-headers',
          './door/error-rule',
          './door/adapt',
          './door/conversation',
          './door/translate',
          '../contract/models',
        ],
      ],
      [
        'Reading headers',
        [
          './readers/headers/headers',
          './readers/headers/rate-limit-headers',
          './readers/headers/provider-clock',
          './readers/headers/resets',
        ],
      ],
      [
        'Reading errors',
        [
          './readers/status',
          './readers/errors/error-body',
          './readers/errors/error-shape',
          './readers/essential-fields',
          './readers/error-rules',
          './readers/waits/prose',
          './readers/waits/wait-prose',
        ],
      ],
      ['Protocols', ['./door/protocol', './door/native', './readers/chat-answer', './door/errors', './fields']],
      ['A shared ledger', ['./door/unit-store']],
      ['Several workers', ['./door/workers']],
      ['Routes and status', ['./door/route', '../contract/admin-api', '../contract/health']],
      ['The log and the request log', ['../log', './door/request-record', './door/quotations', '../contract/requests']],
    ],
  },
  {
    name: '429chain/testing',
    index: 'testing/index',
    sections: [
      ['The conformance kit', ['./conformance', './report', './api-shape']],
      ['A simulated provider', ['./scripted-upstream']],
    ],
  },
];

interface Entry {
  readonly name: string;
  readonly comment: string;
  readonly code: string;
}

/** The statements of a `.d.ts` file. */
const statementsOf = (file: URL): string[] =>
  readFileSync(file, 'utf8')
    .replaceAll(/^ {4}#private;\n/gm, '')
    .replaceAll(/^(?: {4})+/gm, (indent) => ' '.repeat(indent.length / 2))
    .split(/(?<!\*\/\n)^(?=\/\*\*|export |declare |type |interface |import )/m);

const DECLARED =
  /^(\/\*\*[\s\S]*?\*\/\n)?(export (?:declare )?(?:abstract )?(?:interface|type|const|class|function) (\w+)[\s\S]*)$/;

/** The exported declarations of a file, in order. */
const entriesOf = (file: URL): Entry[] =>
  statementsOf(file).flatMap((statement) => {
    const [, comment = '', code = '', name] = DECLARED.exec(statement) ?? [];
    return name === undefined ? [] : [{ name, comment, code: code.replace(/^export (?:declare )?/, '').trimEnd() }];
  });

/** The names that an entry point exports, by file; `*` for all. */
const exportsOf = (index: URL): Map<string, string[]> =>
  new Map(
    statementsOf(index).flatMap((statement) => {
      const [, list = '', from = ''] =
        /^(?:\/\*\*[\s\S]*?\*\/\n)?export (?:type )?(\*|\{[^}]*\}) from '([^']+)\.js'/.exec(statement) ?? [];
      const names = list.replaceAll(/[{}]|\btype /g, '').split(',');
      return from === '' ? [] : [[from, names.map((name) => name.trim()).filter((name) => name !== '')] as const];
    }),
  );

/** The text of a comment, with its tags as a list. */
const proseOf = (comment: string): string =>
  comment
    .replaceAll(/^ *(?:\/\*\*|\*(?!\/)) ?|\s*\*\/\n?$/gm, '')
    .trim()
    .replaceAll(/\n?^@(\w+)(?: (\w+)(?= ))?/gm, (_, tag: string, word = '') =>
      tag === 'param' ? `\n- \`${word}\`:` : `\n- ${tag} ${word}`.trimEnd(),
    )
    .replace('\n- ', '\n\n- ');

const anchorOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');

const linkTo = (name: string): string => `[\`${name}\`](#${anchorOf(name)})`;

/** Generates the content of `docs/reference/plugin.md` from the declarations in `dist/`. */
export const generatePluginReference = (): string => {
  const doors = ENTRY_POINTS.map(({ name, index, sections }) => {
    const file = new URL(`${index}.d.ts`, DECLARATIONS);
    const exported = exportsOf(file);
    const known = new Set(sections.flatMap(([, files]) => files));
    const unlisted = [...exported.keys()].find((from) => !known.has(from));
    if (unlisted !== undefined)
      throw new Error(`${name} exports from ${unlisted}, which is in no section: add it to one.`);
    return {
      name,
      sections: sections.map(([title, files]) => ({
        title,
        entries: files.flatMap((from) => {
          const names = exported.get(from) ?? [];
          const found = entriesOf(new URL(`${from}.d.ts`, file));
          const missing = names.find((each) => each !== '*' && !found.some((entry) => entry.name === each));
          if (missing !== undefined) throw new Error(`${missing} is not declared in ${from}.`);
          return found.filter((entry) => names.includes('*') || names.includes(entry.name));
        }),
      })),
    };
  });
  const names = doors.flatMap(({ sections }) => sections.flatMap(({ entries }) => entries.map((entry) => entry.name)));
  const textOf = ({ name, comment, code }: Entry): string => {
    const mentioned = names.filter(
      (each) =>
        /^[A-Z]/.test(each) &&
        each !== name &&
        new RegExp(`\\b${each}\\b`).test(code.replaceAll(/\/\*\*[\s\S]*?\*\//g, '')),
    );
    const see = mentioned.length === 0 ? '' : `\nSee ${mentioned.map(linkTo).join(', ')}.\n`;
    const prose = proseOf(comment);
    return `#### \`${name}\`\n\n${prose === '' ? '' : `${prose}\n\n`}\`\`\`ts\n${code}\n\`\`\`\n${see}`;
  };
  const parts = doors.flatMap((door) => [
    `## ${door.name}\n\n${door.sections.map(({ title, entries }) => `- [${title}](#${anchorOf(title)}): ${entries.map(({ name }) => linkTo(name)).join(', ')}`).join('\n')}\n`,
    ...door.sections.flatMap(({ title, entries }) => [`### ${title}\n`, ...entries.map(textOf)]),
  ]);
  return [INTRODUCTION, ...parts].join('\n');
};

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, generatePluginReference());
