// The profile: one's own password, keys on or off, sessions elsewhere; with and without script.
import type { Page } from '@playwright/test';
import { MIRA, PASSWORD } from '../support/cast';
import { expect, go, test } from '../support/test';

const NEW = 'orchard lantern seven';

for (const javaScriptEnabled of [true, false]) {
  test(`a person changes their password (script ${javaScriptEnabled})`, async ({ console, guard, visit }) => {
    const page = await visit(MIRA, { javaScriptEnabled });
    const other = await visit(MIRA);
    await go(other, '/approvals');
    await page.goto('/approvals');
    await page.getByTitle('Theme and account').filter({ visible: true }).click();
    await page.getByRole('link', { name: 'Profile' }).filter({ visible: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Profile');
    await expect(page.locator('#main').getByText(MIRA.email)).toBeVisible();

    guard.allow(422, /\/profile$/);
    await change(page, 'not the password of Mira', NEW, NEW);
    await expect(page.getByRole('alert')).toContainText('This is not your current password');
    await expect(page.getByLabel('Current password')).toHaveValue('');

    await expect(async () => {
      await change(page, PASSWORD, NEW, NEW);
      await expect(page.getByRole('status').filter({ hasText: 'Your password' })).toContainText('Your password was changed', { timeout: 1_000 });
    }).toPass();
    await other.goto('/approvals');
    await expect(other).toHaveURL(`${console.url}/sign-in?to=%2Fapprovals`);
    await page.goto('/approvals');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Approvals');
  });
}

test('a person signs out of their other browsers', async ({ visit }) => {
  const page = await visit(MIRA);
  const other = await visit(MIRA);
  await go(other, '/approvals');
  await go(page, '/profile');
  await expect(page.getByText('This browser')).toHaveCount(1);
  await page.getByRole('button', { name: 'Sign out of the other one' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'signed out' })).toHaveText('You are signed out everywhere else.');
  await expect(page.getByRole('button', { name: /Sign out of the other/ })).toHaveCount(0);
  await other.goto('/approvals');
  await expect(other).toHaveURL(/\/sign-in/);
});

async function change(page: Page, current: string, password: string, again: string): Promise<void> {
  await page.getByLabel('Current password').fill(current);
  await page.getByLabel('New password', { exact: true }).fill(password);
  await page.getByLabel('New password, again').fill(again);
  await page.getByRole('button', { name: 'Change password' }).click();
}
