// The list of approvals: searched, narrowed, put in order, and kept as a view of one's own; with script and without.
import type { Page } from '@playwright/test';
import { ANA, MIRA } from '../support/cast';
import { note, payment } from '../support/stories';
import { expect, go, test } from '../support/test';

const views = (page: Page) => page.getByRole('navigation', { name: 'Saved views' });
const rows = (page: Page) => page.getByRole('table').locator('[data-row]');
const filters = (page: Page) => page.getByRole('search', { name: 'Filter approvals' });

test('a list is searched, narrowed, kept as a tab and found again', async ({ console, visit }) => {
  await payment(console, 'acc_1');
  await note(console, 'acc_2', 'The second note');
  const page = await visit(ANA);
  await go(page, '/approvals');
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search approvals' })).toBeFocused();
  await page.keyboard.type('second no');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/q=second/);
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('The second note');

  await filters(page).getByText('Sort').click();
  await filters(page).getByRole('link', { name: 'Newest first' }).click();
  await expect(page).toHaveURL(/sort=newest/);
  await page.locator('summary', { hasText: 'Save view' }).click();
  await page.getByLabel('Name').fill('Second ones');
  await page.getByRole('button', { name: 'Save view' }).click();
  const own = views(page).getByRole('link', { name: /Second ones/ });
  await expect(own).toHaveAttribute('aria-current', 'page');
  await expect(own).toHaveText(/1$/);

  // What is new gathers behind the pill where it belongs to the list, and only there.
  await payment(console, 'acc_3');
  await note(console, 'acc_4', 'The second second note');
  await expect(page.getByRole('button', { name: /1 new approval/ })).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await expect(own).toHaveText(/2$/);

  await go(page, '/runs');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('second ones');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/sort=newest/);
  await expect(rows(page)).toHaveCount(2);

  const other = await visit(MIRA);
  await go(other, '/approvals');
  await expect(views(other).getByRole('link', { name: /Second ones/ })).toHaveCount(0);
});

test('nothing that matches is said, and what was decided is found', async ({ console, visit, decide }) => {
  const story = await note(console, 'acc_1', 'The first note');
  await decide(ANA, story, { verdict: 'approve' });
  const page = await visit(MIRA);
  await go(page, '/approvals?q=first');
  await expect(page.getByText('No approval matches')).toBeVisible();
  await page.getByRole('link', { name: 'Status Pending, clear' }).click();
  await expect(rows(page)).toContainText('Approved');
  // What is shown follows the address a moment later: a click in between would meet what is about to go.
  const decided = views(page).getByRole('link', { name: /Decided today/ });
  await decided.click();
  await expect(decided).toHaveAttribute('aria-current', 'page');
  await expect(rows(page)).toHaveCount(1);
  await page.goBack();
  await expect(decided).not.toHaveAttribute('aria-current', 'page');
  await page.getByRole('link', { name: /Search .*clear/ }).click();
  await expect(page).not.toHaveURL(/q=/);
});

test('a view is kept, renamed and removed without script', async ({ console, visit }) => {
  await payment(console, 'acc_1');
  const page = await visit(ANA, { javaScriptEnabled: false });
  await page.goto('/approvals?view=high&sort=oldest');
  await page.getByText('Save view').first().click();
  await page.getByLabel('Name').fill('Long open');
  await page.getByRole('button', { name: 'Save view' }).click();
  await expect(views(page).getByRole('link', { name: /Long open/ })).toHaveText(/1$/);
  await page.getByText('Change view').click();
  await page.getByLabel('Name').fill('Longest open');
  await page.getByRole('button', { name: 'Rename view' }).click();
  await expect(views(page).getByRole('link', { name: /Longest open/ })).toBeVisible();
  await page.getByText('Change view').click();
  await page.getByRole('button', { name: 'Remove view' }).click();
  await expect(views(page).getByRole('link', { name: /Longest open/ })).toHaveCount(0);
});
