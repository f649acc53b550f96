import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { BrowserContextOptions, Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Looks in which every view is checked: both themes, both languages, wide and narrow. */
export const LOOKS: readonly BrowserContextOptions[] = [
  { colorScheme: 'light', locale: 'en-US', viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' },
  { colorScheme: 'dark', locale: 'es-CO', viewport: { width: 375, height: 800 }, reducedMotion: 'reduce' },
];

/** Pixels by which the page or a dialog is wider than what shows it. */
const BESIDE = `Math.max(
  document.documentElement.scrollWidth - innerWidth,
  ...[...document.querySelectorAll('dialog')].map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
)`;

/** Fails if something is beside the window or a dialog. */
export async function assertFits(page: Page): Promise<void> {
  const beside = Number(await page.evaluate(BESIDE));
  assert.ok(beside <= 0, `${beside} pixels beside the window`);
}

/** Fails for a fault that axe-core finds in the view, and for something beside the window. */
export async function assertFaultless(page: Page): Promise<void> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const violations: unknown = await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]),
    })))`,
  );
  assert.deepEqual(violations, []);
  await assertFits(page);
}
