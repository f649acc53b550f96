import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './programs.ts';

/** A browser for the `describe` that it is called in, which is skipped where there is no Chromium. */
export function testBrowser(): () => Browser {
  let browser: Browser | undefined;
  before(async function () {
    this.timeout(60_000);
    const executablePath = (await findProgram('chromium')) ?? (await findProgram('chromium-browser'));
    if (!executablePath) return this.skip();
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  after(() => browser?.close());
  return () => {
    if (!browser) throw new TypeError('the browser is there only while a test runs');
    return browser;
  };
}
