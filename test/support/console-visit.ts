import type { BrowserContextOptions, Page } from 'playwright-core';
import { z } from 'zod';
import type { Service, User } from './service.ts';
import type { Pages, WatchedPage } from './watched-page.ts';

/** A task with its requested output and what the result has. */
export const CHANGED = z.looseObject({
  options: z.record(z.string(), z.unknown()),
  result: z.looseObject({ media: z.any() }).nullable(),
});

/** Opens the details of a task, as its owner. */
export async function openDetails(
  browser: Pages,
  service: Service,
  { user, id, options }: { user: User; id: number; options?: BrowserContextOptions },
): Promise<WatchedPage> {
  const page = await browser.openAs(user, `${service.url()}/#tasks/${id}`, options);
  await page.locator('dialog table').first().waitFor();
  return page;
}

/** State of a player's elements: the original first. */
export interface Heard {
  time: number;
  muted: boolean;
  paused: boolean;
  volume: number;
  source: string;
}

/** The elements that play in a page. */
export function heardIn(page: Page): Promise<Heard[]> {
  return page.evaluate(`[...document.querySelectorAll('audio')].map((element) => ({
    time: element.currentTime,
    muted: element.muted,
    paused: element.paused,
    volume: element.volume,
    source: element.src,
  }))`);
}
