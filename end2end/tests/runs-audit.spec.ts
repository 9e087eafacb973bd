// Runs and the audit log: filters in the address, with and without script; the event beside the list; keys.
import type { Locator, Page } from '@playwright/test';
import { MIRA } from '../support/cast';
import { note, onboarding, payment } from '../support/stories';
import { NARROW, expect, go, test } from '../support/test';

const rows = (page: Page): Locator => page.locator('[data-row]');
const drawer = (page: Page): Locator => page.getByRole('complementary', { name: 'Event' });

for (const javaScriptEnabled of [true, false]) {
  test(`runs are narrowed and found again (script: ${javaScriptEnabled})`, async ({ console, visit }) => {
    await onboarding(console);
    await payment(console, 'acc_7');
    await console.agent({ workflow: 'payments', subject: 'acc_8' });
    const page = await visit(MIRA, { javaScriptEnabled });
    await page.goto('/runs');
    await expect(rows(page)).toHaveCount(3);
    await expect(rows(page).first()).toContainText('acc_8');

    await page.getByText('Status', { exact: true }).filter({ visible: true }).first().click();
    await page.getByRole('link', { name: 'Suspended', exact: true }).click();
    await expect(page).toHaveURL(/\/runs\?status=suspended$/);
    await expect(rows(page)).toHaveCount(2);
    await expect(rows(page).first().getByRole('link', { name: /Pay 250 to ACME/ })).toHaveAttribute('href', /\/approvals\//);

    await page.locator('summary').filter({ hasText: 'Subject' }).click();
    await page.getByLabel('Subject').fill('acc_7');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect(page).toHaveURL(/\/runs\?status=suspended&subject=acc_7$/);
    await expect(rows(page)).toHaveCount(1);

    await page.getByRole('link', { name: 'Status Suspended, clear' }).click();
    await expect(page).toHaveURL(/\/runs\?subject=acc_7$/);
    await rows(page).getByRole('link', { name: /acc_7/ }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Payments, acc_7');
    await expect(page.getByRole('region', { name: 'Gates' })).toContainText('Holding a call');
    await page.getByRole('link', { name: 'System', exact: true }).click();
    await expect(page).toHaveURL(/actors=system$/);
    await expect(page.getByRole('region', { name: 'Timeline' })).not.toContainText('started the run');
  });
}

test('an event opens beside the list, with keys, and closes to where it was', async ({ console, visit }) => {
  const { approval } = await note(console);
  const page = await visit(MIRA);
  await go(page, '/audit?actor=system');
  const link = rows(page).getByRole('link').first();
  await link.focus();
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expect(link).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/audit\/\d+\?actor=system$/);
  await expect(drawer(page).getByRole('heading', { level: 2 })).toBeFocused();
  await expect(rows(page).first()).toBeVisible();
  await drawer(page).getByText(/^Raw event/).click();
  await expect(drawer(page)).toContainText('"kind"');

  await drawer(page).getByRole('link', { name: 'Older' }).click();
  await expect(drawer(page).getByRole('link', { name: approval })).toBeVisible();
  await expect(page).toHaveURL(/\?actor=system$/);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/audit\?actor=system$/);
  await expect(drawer(page)).toHaveCount(0);
  await expect(page.locator(':focus')).toHaveAttribute('id', /^event-/);
});

test('an event opened by its address stays until it is closed itself', async ({ console, visit }) => {
  await note(console);
  const page = await visit(MIRA);
  await go(page, '/audit?kind=run.started');
  const href = (await rows(page).getByRole('link', { name: /^Started the run/ }).getAttribute('href')) ?? '';
  await go(page, href);
  await expect(drawer(page)).toBeVisible();
  for (const [key, name] of [['?', 'Keys'], ['Control+k', 'Search or jump']] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole('dialog', { name })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog', { name })).toBeHidden();
    await expect(drawer(page)).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`${href.replace('?', '\\?')}$`));
  }
  await page.keyboard.press('Escape');
  await expect(drawer(page)).toHaveCount(0);
});

test('a narrow window shows the event alone', async ({ console, visit }) => {
  await note(console);
  const page = await visit(MIRA, { viewport: NARROW });
  await go(page, '/audit?kind=run.started');
  await rows(page).getByRole('link', { name: /^Started the run/ }).click();
  await expect(drawer(page)).toBeVisible();
  await expect(rows(page).first()).toBeHidden();
  await drawer(page).getByRole('link', { name: 'Close' }).click();
  await expect(rows(page).first()).toBeVisible();
});

test('the log is searched without script', async ({ console, visit }) => {
  const { agent, approval } = await note(console);
  const page = await visit(MIRA, { javaScriptEnabled: false });
  await page.goto('/audit');
  await page.getByLabel('Search events').fill(approval);
  await page.getByLabel('Search events').press('Enter');
  await expect(page.getByRole('link', { name: /Search .* the events of this approval/ })).toBeVisible();
  await expect(rows(page).filter({ hasText: 'Approval opened' })).toHaveCount(1);
  await expect(rows(page).filter({ hasText: 'started the run' })).toHaveCount(0);

  await rows(page).getByRole('link', { name: /Approval opened/ }).click();
  await expect(drawer(page)).toContainText('Package digest');
  await drawer(page).getByRole('link', { name: agent.run }).click();
  await expect(page).toHaveURL(`${console.url}/runs/${agent.run}`);
});

test('hostile words in the address stay words', async ({ console, visit }) => {
  await note(console);
  const page = await visit(MIRA);
  await go(page, `/audit?q=${encodeURIComponent('</script><img src=x onerror=alert(1)>')}`);
  await expect(page.getByText('No event matches')).toBeVisible();
  await go(page, `/runs?subject=${encodeURIComponent('"><script>alert(1)</script>')}`);
  await expect(page.getByText('No run matches')).toBeVisible();
});
