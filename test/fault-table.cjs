'use strict';

const { reporters } = require('mocha');

/** Prints the tests as a table, one row each: `npm run faults`. */
module.exports = class FaultTable extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const rows = [];
    const add = (held) => (test) => rows.push([test.parent.fullTitle(), test.title, held]);
    runner.on('pass', add('held'));
    runner.on('pending', add('skipped'));
    runner.on('fail', add('FAILED'));
    runner.once('end', () => {
      const width = (column) => Math.max(...rows.map((row) => row[column].length));
      const widths = [width(0), width(1)];
      for (const [part, fault, held] of rows)
        console.log(`| ${part.padEnd(widths[0])} | ${fault.padEnd(widths[1])} | ${held} |`);
      this.epilogue();
    });
  }
};
