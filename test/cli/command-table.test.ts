import { expect } from 'chai';
import { COMMANDS } from '../../src/cli/command-table.js';
import { type OptionName, readCommandLine } from '../../src/cli/options.js';

describe('The examples in the help', () => {
  for (const [name, { examples, options }] of Object.entries(COMMANDS)) {
    it(`of ${name} use only options that it has`, () => {
      expect(examples).not.to.have.length(0);
      for (const example of examples) {
        const [typed = ''] = example.split(' <');
        const words = [...typed.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
        const line = readCommandLine(words);
        expect(line.command).to.equal(name);
        for (const option of Object.keys(line.options))
          expect(options[option as OptionName], option).not.to.equal(undefined);
      }
    });
  }
});
