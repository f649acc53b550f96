import type { BrowserContextOptions, Page } from 'playwright-core';
import { testBrowser } from './browser.ts';
import type { User } from './service.ts';

/** A page with a list of what no page of the service may do. */
export type WatchedPage = Page & {
  /** Errors and warnings of the console, errors of scripts, and requests to other origins. */
  found: string[];
};

/** Pages in a browser of their own each. */
export interface Pages {
  open(url: string, options?: BrowserContextOptions): Promise<WatchedPage>;
  /** Opens a page in which somebody is logged in already. */
  openAs(
    user: Pick<User, 'refreshToken'>,
    url: string,
    options?: BrowserContextOptions,
  ): Promise<WatchedPage>;
}

/** Opens pages for the `describe` that it is called in, and closes them after each test. */
export function testPages(): Pages {
  const browser = testBrowser();
  afterEach(async () => {
    for (const context of browser().contexts()) await context.close();
  });
  const open: Pages['open'] = async (url, options) => {
    const context = await browser().newContext({ locale: 'en-US', ...options });
    const page = await context.newPage();
    const watched = Object.assign(page, { found: watch(page, new URL(url).origin) });
    await page.goto(url);
    return watched;
  };
  return {
    open,
    openAs: (user, url, options) => open(url, { ...options, storageState: sessionOf(user, url) }),
  };
}

/** What the console leaves in a browser while somebody is logged in. */
function sessionOf({ refreshToken }: Pick<User, 'refreshToken'>, url: string) {
  const { origin, hostname } = new URL(url);
  const cookie = { name: 'tonemill_refresh', value: refreshToken, domain: hostname, path: '/api/auth' };
  const rest = { expires: -1, httpOnly: true, secure: false, sameSite: 'Strict' } as const;
  const localStorage = [{ name: 'tonemill.session', value: 'open' }];
  return { cookies: [{ ...cookie, ...rest }], origins: [{ origin, localStorage }] };
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
