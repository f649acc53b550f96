import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { answering, testReceiver, verified } from '../support/receiver.ts';
import { testService } from '../support/service.ts';
import { testPages } from '../support/watched-page.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe('The webhooks of the console', function () {
  this.timeout(60_000);
  const service = testService({ OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' });
  const receiver = testReceiver();
  const browser = testPages();

  /** Logs a new user in, and opens the webhooks of the account. */
  async function open(page: Page, logIn: string): Promise<void> {
    const { email } = await service.newUser();
    await page.getByRole('link', { name: logIn }).click();
    await page.locator('dialog input[type=email]').fill(email);
    await page.locator('dialog input[type=password]').fill('correct horse');
    await page.locator('dialog button[type=submit]').click();
    await page.getByRole('link', { name: /^user / }).click();
    await page.locator('summary', { hasText: 'Webhooks' }).click();
  }

  it('are made with a secret that is shown once, tried, sent again, disabled and deleted', async () => {
    const page = await browser.open(service.url());
    await open(page, 'Log in');
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
    await page.getByText('Disabled: the receiver answered 410, that it is gone.').waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('No webhooks yet.').waitFor();
    assert.deepEqual(page.found, []);
  });

  it('say why an address is refused', async () => {
    const page = await browser.open(service.url());
    await open(page, 'Log in');
    await page.getByLabel('Address', { exact: true }).fill('http://10.0.0.1/');
    await page.getByRole('button', { name: 'Make a webhook' }).click();
    await page.getByText('The URL leads to an address that is not public.').waitFor();
  });

  for (const [colorScheme, width, locale, logIn] of [
    ['light', 1280, 'en-US', 'Log in'],
    ['dark', 375, 'es-CO', 'Iniciar sesión'],
  ] as const)
    it(`have no fault that axe finds, and nothing beside the window: ${width} pixels, ${locale}`, async () => {
      const viewport = { width, height: 800 };
      const page = await browser.open(service.url(), {
        colorScheme,
        locale,
        viewport,
        reducedMotion: 'reduce',
      });
      await open(page, logIn);
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
