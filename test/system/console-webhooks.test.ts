import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { BrowserContextOptions } from 'playwright-core';
import { consoleService } from '../support/console-service.ts';
import { answering, testReceiver, verified } from '../support/receiver.ts';
import { testPages, type WatchedPage } from '../support/watched-page.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe('The webhooks of the console', function () {
  this.timeout(60_000);
  const service = consoleService();
  const receiver = testReceiver();
  const browser = testPages();

  /** Opens the webhooks of a new user's account. */
  async function open(options?: BrowserContextOptions): Promise<WatchedPage> {
    const page = await browser.openAs(await service.newUser(), `${service.url()}/#account`, options);
    await page.locator('summary', { hasText: 'Webhooks' }).click();
    return page;
  }

  it('are made with a secret that is shown once, tried, sent again, disabled and deleted', async () => {
    const page = await open();
    await page.getByLabel('Address', { exact: true }).fill(receiver.url('/hook'));
    await page.getByRole('button', { name: 'Make a webhook' }).click();
    const secret = await page.locator('.note code').innerText();
    receiver.answers.push(answering(500, {}, 'out of order'));
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('Answer: 500').waitFor();
    await page.locator('.deliveries summary').click();
    await page.getByText('out of order').waitFor();
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('Answer: 204').waitFor();
    assert.deepEqual(
      receiver.received.map((one) => verified(one, secret).type),
      ['webhook.test', 'webhook.test'],
    );
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled.').waitFor();
    await page.getByRole('button', { name: 'Enable' }).click();
    receiver.answers.push(answering(410));
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('Disabled: the receiver answered 410, that it is gone.', { exact: true }).waitFor();
    await page.getByText(/^The webhook http.+\/hook gets no more messages\. Disabled: /).waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('No webhooks yet.').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('say why an address is refused', async () => {
    const page = await open();
    await page.getByLabel('Address', { exact: true }).fill('http://10.0.0.1/');
    await page.getByRole('button', { name: 'Make a webhook' }).click();
    await page.getByText('The URL leads to an address that is not public.').waitFor();
  });

  for (const [colorScheme, width, locale] of [
    ['light', 1280, 'en-US'],
    ['dark', 375, 'es-CO'],
  ] as const)
    it(`have no fault that axe finds, and nothing beside the window: ${width} pixels, ${locale}`, async () => {
      const viewport = { width, height: 800 };
      const page = await open({ colorScheme, locale, viewport, reducedMotion: 'reduce' });
      await page.locator('dialog input[name=url]').fill(receiver.url(`/${'a-long-path-'.repeat(20)}`));
      await page.locator('dialog form:has(input[name=url]) button[type=submit]').click();
      await page.locator('.note code').waitFor();
      receiver.answers.push(answering(503, {}, 'x'.repeat(2000)));
      await page.locator('.webhooks .buttons button').first().click();
      await page.locator('.deliveries li').waitFor();
      await page.locator('.deliveries summary').click();
      await page.evaluate(await readFile(AXE, 'utf8'));
      assert.deepEqual(await page.evaluate('axe.run().then(({ violations }) => violations)'), []);
      const beside = await page.evaluate(
        '(() => { const { scrollWidth, clientWidth } = document.querySelector("dialog"); return Math.max(scrollWidth - clientWidth, document.documentElement.scrollWidth - innerWidth); })()',
      );
      assert.ok(Number(beside) <= 0, `${beside} pixels beside the window`);
    });
});
