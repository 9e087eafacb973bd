// Somebody is away: they name a delegate, who fills their seat; both names stay on record.
import type { Page } from '@playwright/test';
import { ANA, LENA, MIRA, PRIYA, TOMAS } from '../support/cast';
import { approve, choice, panel } from '../support/panel';
import { onboarding } from '../support/stories';
import { SIZES, expect, go, test } from '../support/test';

const today = (): string => new Date().toISOString().slice(0, 10);

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with script' : 'without script';
    test(`a delegate decides in the place of somebody who is away (${size}, ${how})`, async ({ console, guard, visit }) => {
      const { approval } = await onboarding(console);
      const settings = { viewport, javaScriptEnabled };
      const [ana, lena, tomas] = [await visit(ANA, settings), await visit(LENA, settings), await visit(TOMAS, settings)];
      const open = async (page: Page, path: string): Promise<unknown> => (javaScriptEnabled ? go(page, path) : page.goto(path));
      await open(lena, `/approvals/${approval}`);
      await expect(panel(lena)).toContainText('You cannot decide this');

      // What is wrong is told at the field, and nothing is lost.
      await open(ana, '/profile');
      await ana.getByText('Name a delegate').click();
      guard.allow(422, /\/profile$/);
      await name(ana, LENA.email, '2020-01-01');
      await expect(ana.getByText('The last day lies before the first.')).toBeVisible();
      await expect(ana.getByLabel('Who decides meanwhile')).toHaveValue(LENA.email);
      await name(ana, LENA.email, today());
      const away = ana.getByRole('region', { name: 'Out of office' }).getByRole('listitem');
      await expect(away).toContainText('Lena Vogt');
      await expect(away).toContainText('Away now');

      await open(lena, '/approvals?view=mine');
      await expect(lena.getByRole('link', { name: /Set up/ }).first()).toBeVisible();
      await open(lena, `/approvals/${approval}`);
      await expect(panel(lena).getByRole('heading', { name: 'Decide for compliance in the place of Ana Ruiz' })).toBeVisible();
      await approve(lena, 'Registry extract matches.');
      await expect(panel(lena).getByText('In the place of Ana Ruiz, you approved for compliance')).toBeVisible();

      // Ana has been counted; Tomás sees both names.
      await open(ana, `/approvals/${approval}`);
      await expect(panel(ana).getByText('In your place, Lena Vogt approved for compliance')).toBeVisible();
      await open(tomas, `/approvals/${approval}`);
      await expect(panel(tomas)).toContainText('Lena Vogt (for Ana Ruiz) approved');
      await choice(tomas, 'Approve').check();
      await panel(tomas).getByRole('button', { name: 'Approve and resume' }).click();
      await expect(panel(tomas).getByRole('heading', { name: 'Approved' })).toBeVisible();
      await expect(tomas.getByText(/approved for\s+Ana Ruiz: rev 1 for compliance/).first()).toBeVisible();

      await open(lena, '/profile');
      await lena.getByRole('button', { name: /^End now/ }).click();
      await expect(lena.getByText('Nobody is out of office')).toBeVisible();
    });
  }
}

test('a support lead sets it for somebody else', async ({ visit }) => {
  const priya = await visit(PRIYA);
  await go(priya, '/profile');
  await priya.getByRole('link', { name: 'Set it for somebody else' }).click();
  await expect(priya.getByRole('heading', { level: 2, name: 'Out of office' })).toBeVisible();
  await priya.getByLabel('Who is away').fill(MIRA.email);
  await name(priya, LENA.email, today());
  await expect(priya.getByText('Set. Both names appear on every decision.')).toBeVisible();
  await expect(priya.getByRole('listitem').filter({ hasText: MIRA.name })).toContainText('Set by Priya Nair');
  const mira = await visit(MIRA);
  await go(mira, '/profile');
  await mira.getByRole('button', { name: /^End now/ }).click();
  await expect(mira.getByText('Nobody is out of office')).toBeVisible();
});

async function name(page: Page, email: string, until: string): Promise<void> {
  await page.getByLabel('Who decides meanwhile').fill(email);
  await page.getByLabel('Last day').fill(until);
  await page.getByRole('button', { name: 'Set the delegate' }).click();
}
