// Hostile titles and words of a workflow, on the pages about it and in the log: shown as they are, marked
// where they hide something, and without effect. The guard of every journey refuses any report of a policy violation.
import type { Page } from '@playwright/test';
import { NOOR, PAYMENTS } from '../support/cast';
import { MARKUP, MIXED, TURNING, harmless, marked } from '../support/harmless';
import { fitsSideways } from '../support/panel';
import { expect, go, test } from '../support/test';
import { source } from '../support/workflows';

const NAME = `${MIXED} ${TURNING} ${MARKUP}`;

test.describe.configure({ timeout: 90_000 });

/** The page shows it and stays whole, at every width, and still does what it is for. */
async function bears(page: Page, path: string): Promise<void> {
  await go(page, path);
  await harmless(page);
  await marked(page);
  await fitsSideways(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
}

test('a hostile workflow is borne on every page about it', async ({ guard, visit }) => {
  const quoted = JSON.stringify(NAME);
  const text = PAYMENTS.replace('title: Payments', `title: ${quoted}`)
    .replace('otherwise: "The account is not open. Ask the ledger."', `otherwise: ${quoted}`)
    .replace('blast_radius: one account', `blast_radius: ${quoted}`)
    .replace('"Alert: {{input.text}}"', quoted);
  const page = await visit(NOOR);
  await page.goto('/workflows/payments/edit');
  await source(page).fill(text);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await harmless(page);
  await marked(page);
  await page.getByRole('button', { name: 'Publish version 2' }).click();
  await page.waitForURL(/\/workflows\/payments$/);
  await bears(page, '/workflows');
  for (const tab of ['', '?tab=changes', '?tab=policies', '?tab=tools', '?tab=versions']) await bears(page, `/workflows/payments${tab}`);
  await bears(page, '/audit');
  guard.allow(422, /\/edit$/);
  await page.goto('/workflows/payments/edit');
  await source(page).fill(`${text}\n${quoted}: ${quoted}\n`);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByText(/^Line \d+/).first()).toBeVisible();
  await harmless(page);
  await marked(page);
});
