const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

/** The spec reporter, which also writes `N passed, N failed` to the file named by MOCHA_REPORT. */
module.exports = class extends reporters.Spec {
  done(failures, end) {
    const { passes = 0, pending = 0, failures: failed = 0 } = this.stats ?? {};
    const skipped = pending > 0 ? `, ${pending} skipped` : '';
    if (process.env.MOCHA_REPORT) {
      writeFileSync(process.env.MOCHA_REPORT, `${passes} passed, ${failed} failed${skipped}\n`);
    }
    end(failures);
  }
};
