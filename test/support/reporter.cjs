const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');
const { reasonFor } = require('./gaps.ts');

/**
 * The spec reporter, which names each skip and its reason, and each test that was tried again (`--retries`). With CI=true
 * a skip that known-gaps.json does not list fails the run. A full title that two tests share fails each run. Writes
 * `N passed, N failed`, then a line for each failure and each test that was tried again, to the file named by MOCHA_REPORT.
 */
module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.skips = [];
    this.titles = [];
    this.again = [];
    runner.on('pending', (test) => this.skips.push(test.fullTitle()));
    runner.on('retry', (test, error) => this.again.push(`${test.fullTitle()}: ${firstLine(error)}`));
    runner.on('test end', (test) => this.titles.push(test.fullTitle()));
  }

  done(failures, end) {
    const unlisted = this.skips.filter((title) => reasonFor(title) === undefined);
    for (const title of this.skips) {
      process.stdout.write(`  skipped: ${title}: ${reasonFor(title) ?? 'not in known-gaps.json'}\n`);
    }
    const skipped =
      process.env.CI === 'true' ? unlisted.map((title) => `${title}: skipped, not in known-gaps.json`) : [];
    const shared = this.titles.filter((title, index) => this.titles.indexOf(title) !== index);
    for (const title of shared) process.stdout.write(`  failed: two tests have the title ${title}\n`);
    const failed = failures + shared.length + skipped.length;
    for (const line of this.again) process.stdout.write(`  tried again: ${line}\n`);
    if (process.env.MOCHA_REPORT) {
      const { passes = 0 } = this.stats ?? {};
      const thrown = this.failures.map((test) => `${test.fullTitle()}: ${firstLine(test.err)}`);
      const lines = [...thrown, ...shared.map((title) => `${title}: two tests have this title`), ...skipped];
      const report = [
        `${passes} passed, ${failed} failed`,
        ...lines.map((line) => `failed: ${line}`),
        ...this.again.map((line) => `tried again: ${line}`),
      ];
      writeFileSync(process.env.MOCHA_REPORT, `${report.join('\n')}\n`);
    }
    end(failed);
  }
};

function firstLine(error) {
  return String(error?.message).split('\n')[0];
}
