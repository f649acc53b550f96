const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');
const { reasonFor } = require('./gaps.ts');

/**
 * The spec reporter, which names each skip and its reason. With CI=true a skip that known-gaps.json does not list fails
 * the run. A full title that two tests share fails each run. Writes `N passed, N failed` to the file named by
 * MOCHA_REPORT.
 */
module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.skips = [];
    this.titles = [];
    runner.on('pending', (test) => this.skips.push(test.fullTitle()));
    runner.on('test end', (test) => this.titles.push(test.fullTitle()));
  }

  done(failures, end) {
    const unlisted = this.skips.filter((title) => reasonFor(title) === undefined);
    for (const title of this.skips) {
      process.stdout.write(`  skipped: ${title}: ${reasonFor(title) ?? 'not in known-gaps.json'}\n`);
    }
    const shared = this.titles.filter((title, index) => this.titles.indexOf(title) !== index);
    for (const title of shared) process.stdout.write(`  failed: two tests have the title ${title}\n`);
    const failed = failures + shared.length + (process.env.CI === 'true' ? unlisted.length : 0);
    if (process.env.MOCHA_REPORT) {
      const { passes = 0 } = this.stats ?? {};
      writeFileSync(process.env.MOCHA_REPORT, `${passes} passed, ${failed} failed\n`);
    }
    end(failed);
  }
};
