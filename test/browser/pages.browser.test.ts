import { existsSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postContact, Service, temporaryFolder } from '../support/service.js';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const there = existsSync(executablePath);
if (!there && process.env.PARLEY_TEST_EVERYTHING !== undefined)
  throw new Error(`PARLEY_TEST_EVERYTHING is set, but there is no Chromium at ${executablePath}`);
if (!there) process.stdout.write(`\nLEFT OUT: tests of pages. Install chromium, or set CHROMIUM to where it is.\n\n`);

/** Where a person can look at what the tests have seen. */
const pictures = 'coverage/pages';
const folder = temporaryFolder();
const service = new Service(folder.path);
let browser: Browser;
let page: Page;

describe.runIf(there)('pages', () => {
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    await service.start();
    browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await service.stop();
    folder.remove();
  });

  it.each(['HubSpot', 'Salesforce', 'Mailchimp'])(
    'of the %s sandbox show who has arrived, and the calls',
    async (title) => {
      const contact = {
        id: '6100000001',
        first_name: 'Zoë <b>',
        last_name: 'O’Neil',
        email: 'zoe@pages.test',
        optin_email: true,
      };
      expect((await postContact(service.url, contact)).status).toBe(200);
      await expect
        .poll(
          async () => {
            await page.goto(`${service.sandbox(title)}/_sandbox`);
            return page.locator('table').first().innerText();
          },
          { timeout: 30_000 },
        )
        .toContain('zoe@pages.test');
      await expect(page.locator('h1').innerText()).resolves.toBe(`${title} sandbox`);
      // What people write is text, never markup.
      await expect(page.locator('table').first().innerText()).resolves.toContain('Zoë <b>');
      await expect(page.locator('table').last().innerText()).resolves.toMatch(/(POST|PATCH)/);
      await page.screenshot({ path: `${pictures}/sandbox-${title.toLowerCase()}.png`, fullPage: true });
    },
  );

  it('of the API let a person try a call with a key', async () => {
    await page.goto(`${service.url}/docs`);
    await page.locator('#operations-Profiles-ProfilesController_list').waitFor();
    await page.locator('button.authorize').first().click();
    await page.locator('input[aria-label="auth-bearer-value"]').fill(service.apiKey);
    await page.locator('.auth-btn-wrapper button.authorize').click();
    await page.locator('button.btn-done').click();
    await page.locator('#operations-Profiles-ProfilesController_list').click();
    await page.locator('button.try-out__btn').click();
    await page.locator('button.execute').click();
    const answer = page.locator('.live-responses-table .response-col_description pre').first();
    await answer.waitFor();
    expect(await answer.innerText()).toContain('zoe@pages.test');
    await page.screenshot({ path: `${pictures}/api.png` });
  });
});
