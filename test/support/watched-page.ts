import type { BrowserContextOptions, Page } from 'playwright-core';
import { testBrowser } from './browser.ts';

/** A page with a list of what no page of the service may do. */
export type WatchedPage = Page & {
  /** Errors and warnings of the console, errors of scripts, and requests to other origins. */
  found: string[];
};

/** Opens pages in a browser of their own each, for the `describe` that it is called in. */
export function testPages(): { open(url: string, options?: BrowserContextOptions): Promise<WatchedPage> } {
  const browser = testBrowser();
  afterEach(async () => {
    for (const context of browser().contexts()) await context.close();
  });
  return {
    async open(url, options) {
      const context = await browser().newContext({ locale: 'en-US', ...options });
      const page = await context.newPage();
      const watched = Object.assign(page, { found: watch(page, new URL(url).origin) });
      await page.goto(url);
      return watched;
    },
  };
}

function watch(page: Page, origin: string): string[] {
  const found: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) found.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => found.push(error.message));
  page.on('request', (request) => {
    const isInside = /^(blob|data):/.test(request.url()) || new URL(request.url()).origin === origin;
    if (!isInside) found.push(`request to ${request.url()}`);
  });
  return found;
}
