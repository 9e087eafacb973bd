// Two people look into the same approvals: each sees the other there, claims keep apart what is worked on, and keep
// nobody from deciding.
import type { Page } from '@playwright/test';
import { ANA, IVO, MIRA, TOMAS } from '../support/cast';
import { choice, notes, panel, send } from '../support/panel';
import { note, payment } from '../support/stories';
import { expect, go, test } from '../support/test';

/** What one does, the other sees within this, on a busy machine. */
const SOON = { timeout: 6_000 };

const rows = (page: Page) => page.locator('[data-row]');
const bar = (page: Page) => page.locator('main header, header').first();
const isLive = (page: Page) => expect(page.getByText(/^Live, /).first()).toBeVisible();

test('two reviewers see each other, and one takes over from the other', async ({ console, visit }) => {
  const { approval } = await payment(console);
  const [ana, tomas] = [await visit(ANA), await visit(TOMAS)];
  await go(tomas, '/approvals');
  await isLive(tomas);
  await go(ana, `/approvals/${approval}`);
  await isLive(ana);
  await expect(rows(tomas)).toContainText(`${ANA.name} viewing`, SOON);
  await rows(tomas).getByRole('link').first().click();
  await expect(bar(tomas)).toContainText(`${ANA.name} is viewing`, SOON);
  await expect(bar(ana)).toContainText(`${TOMAS.name} is viewing`, SOON);

  // One key claims it, the other sees it at once and can decide all the same.
  await ana.keyboard.press('c');
  await expect(bar(ana)).toContainText('Claimed by you', SOON);
  await expect(bar(ana)).toContainText(/(10|9) min left/);
  await expect(bar(tomas)).toContainText(`Claimed by ${ANA.name}`, SOON);
  await expect(panel(tomas)).toContainText(`${ANA.name} claimed this`);
  await expect(panel(tomas)).toContainText('you can still decide');
  await choice(tomas, 'Approve').check();
  await notes(tomas).fill('I know this account.');

  // He takes it over and says why; what he has written stays.
  await tomas.getByRole('heading', { level: 1 }).click();
  await tomas.keyboard.press('c');
  await panel(tomas).getByRole('textbox', { name: 'Why' }).fill('Ana is in a meeting.');
  await tomas.keyboard.press('Enter');
  await expect(bar(tomas)).toContainText('Claimed by you', SOON);
  await expect(panel(tomas)).not.toContainText('claimed this');
  await expect(notes(tomas)).toHaveValue('I know this account.');
  await expect(bar(ana)).toContainText(`Claimed by ${TOMAS.name}`, SOON);
  await expect(ana.getByText('“Ana is in a meeting.”')).toBeVisible(SOON);

  // It is no lock: she decides, and his page stays as it is.
  await choice(ana, 'Approve').check();
  await send(ana).click();
  await expect(panel(ana)).toContainText('You approved for compliance');
  await expect(panel(tomas)).toContainText('1/2', SOON);
  await expect(bar(tomas)).toContainText('Claimed by you');
  await tomas.getByRole('button', { name: 'Release' }).click();
  await expect(tomas.getByRole('button', { name: 'Claim' })).toBeVisible(SOON);

  // Whoever leaves is there no more, and what they viewed is kept.
  await go(ana, '/approvals');
  await expect(bar(tomas)).not.toContainText('is viewing', SOON);
  await expect(tomas.getByText(/viewed rev 1 for \d+ s/).first()).toBeVisible(SOON);
});

test('a key claims and releases the row, and the next approval is one that nobody has claimed', async ({ console, visit }) => {
  await note(console, 'acc_1', 'The first note');
  const second = await note(console, 'acc_2', 'The second note');
  const [ana, mira, ivo] = [await visit(ANA), await visit(MIRA), await visit(IVO)];
  for (const page of [ana, mira, ivo]) {
    await go(page, '/approvals');
    await isLive(page);
  }
  await ana.keyboard.press('j');
  await ana.keyboard.press('c');
  await expect(rows(ana).first()).toContainText(/you, (10|9) m/, SOON);
  await expect(rows(ana).first().getByRole('link').first()).toBeFocused();
  for (const page of [mira, ivo]) await expect(rows(page).first()).toContainText(`Claimed by ${ANA.name}`.slice(0, 10), SOON);
  await expect(rows(ivo).first()).toContainText(ANA.name);
  await expect(rows(ivo).getByRole('button'), 'auditors claim nothing').toHaveCount(0);
  await expect(mira.getByRole('navigation', { name: 'Saved views' })).toContainText('Unclaimed1', SOON);

  await mira.keyboard.press('g');
  await mira.keyboard.press('n');
  await expect(mira).toHaveURL(new RegExp(second.approval));
  await go(mira, '/approvals?view=unclaimed');
  await expect(rows(mira)).toHaveCount(1);
  await rows(mira).getByRole('button', { name: 'Claim' }).click();
  await expect(mira.getByRole('button', { name: 'Release' })).toBeVisible(SOON);

  await ana.keyboard.press('c');
  await expect(rows(ana).first().getByRole('button', { name: 'Claim' })).toBeVisible(SOON);
  await expect(rows(ivo).first()).not.toContainText(ANA.name, SOON);
});

test('claims work without script', async ({ console, visit }) => {
  const { approval } = await payment(console);
  const [ana, tomas] = [await visit(ANA, { javaScriptEnabled: false }), await visit(TOMAS, { javaScriptEnabled: false })];
  await ana.goto('/approvals');
  await rows(ana).getByRole('button', { name: 'Claim' }).click();
  await expect(rows(ana)).toContainText('you, ');
  await tomas.goto(`/approvals/${approval}`);
  await panel(tomas).getByText('Take over').first().click();
  await panel(tomas).getByRole('textbox', { name: 'Why' }).fill('Ana is in a meeting.');
  await panel(tomas).getByRole('button', { name: 'Take over the claim' }).click();
  await expect(bar(tomas)).toContainText('Claimed by you');
  await tomas.getByRole('button', { name: 'Release' }).click();
  await expect(tomas.getByRole('button', { name: 'Claim' })).toBeVisible();
});
