const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');
const { reasonFor } = require('./gaps.ts');

/**
 * The spec reporter, which names each skip and its reason. With CI=true a skip that known-gaps.json does not list fails
 * the run. Writes `N passed, N failed` to the file named by MOCHA_REPORT.
 */
module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.skips = [];
    runner.on('pending', (test) => this.skips.push(test.fullTitle()));
  }

  done(failures, end) {
    const unlisted = this.skips.filter((title) => reasonFor(title) === undefined);
    for (const title of this.skips) {
      process.stdout.write(`  skipped: ${title}: ${reasonFor(title) ?? 'not in known-gaps.json'}\n`);
    }
    const failed = failures + (process.env.CI === 'true' ? unlisted.length : 0);
    if (process.env.MOCHA_REPORT) {
      const { passes = 0 } = this.stats ?? {};
      writeFileSync(process.env.MOCHA_REPORT, `${passes} passed, ${failed} failed\n`);
    }
    end(failed);
  }
};
