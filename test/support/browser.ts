import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './programs.ts';
import { endAfterAll } from './shared.ts';

/** The one browser of this process; undefined where there is no Chromium. */
let launched: Promise<Browser | undefined> | undefined;

/** The browser that all files of tests share. The `describe` that this is called in is skipped where there is no Chromium. */
export function testBrowser(): () => Browser {
  let browser: Browser | undefined;
  before(async function () {
    this.timeout(60_000);
    launched ??= launch();
    browser = await launched;
    if (!browser) return this.skip();
  });
  return () => {
    if (!browser) throw new TypeError('the browser is there only while a test runs');
    return browser;
  };
}

async function launch(): Promise<Browser | undefined> {
  const executablePath = (await findProgram('chromium')) ?? (await findProgram('chromium-browser'));
  if (!executablePath) return undefined;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  endAfterAll(() => browser.close());
  return browser;
}
