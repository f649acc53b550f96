import type { Page } from 'playwright-core';

export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** The button that saves a result. */
export const download = (page: Page, name: string) => button(page, `Download ${name}`);

/** Chooses files by their paths. */
export const choose = (page: Page, ...paths: string[]) =>
  page.getByLabel('Choose files').setInputFiles(paths);

/** Chooses files and converts them, in a page that is logged in. */
export async function convert(page: Page, ...paths: string[]): Promise<void> {
  await choose(page, ...paths);
  await button(page, /^Convert \d+ file/).click();
}

/** Chooses files and converts them as a new guest. */
export async function convertAsGuest(page: Page, ...paths: string[]): Promise<void> {
  await convert(page, ...paths);
  await button(page, 'Try it now').click();
}

/** Holds the second piece of an upload back until it is released; then it is sent, or breaks off. */
export async function holdSecondPiece(page: Page, then: 'send' | 'break' = 'break') {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let pieces = 0;
  await page.route('**/api/uploads/**', async (route) => {
    pieces += 1;
    if (pieces !== 2) return route.continue();
    reached.resolve();
    await released.promise;
    return then === 'break' ? route.abort() : route.continue();
  });
  return { reached: reached.promise, release: () => released.resolve() };
}
