// Hostile names and words on the pages about runs, the log, workflows and administration: shown as they are, marked
// where they hide something, and without effect. The guard of every journey refuses any report of a policy violation.
import { NOOR, PAYMENTS } from '../support/cast';
import { NAME, bears, harmless, marked } from '../support/harmless';
import { expect, test } from '../support/test';
import { source } from '../support/workflows';

test.describe.configure({ timeout: 90_000 });

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
