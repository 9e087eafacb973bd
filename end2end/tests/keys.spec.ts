// Keys: every line of the key map does what it says, nothing happens to somebody who types, and nothing is decided by
// a single key.
import type { Page } from '@playwright/test';
import { ANA, LENA, MIRA } from '../support/cast';
import { choice, notes, panel, send } from '../support/panel';
import { type Story, note, onboarding, payment } from '../support/stories';
import { type Console, expect, go, test } from '../support/test';

const sheet = (page: Page) => page.getByRole('dialog', { name: 'Keys' });
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

async function three(console: Console): Promise<Story[]> {
  return [
    await note(console, 'acc_1', 'The first note'),
    await note(console, 'acc_2', 'The second note'),
    await note(console, 'acc_3', 'The third note'),
  ];
}

/** Presses keys one after another. */
async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** The form that decides is no longer new. */
const settled = (page: Page) => page.waitForTimeout(450);

test('G goes places', async ({ console, visit }) => {
  await note(console);
  const page = await visit(ANA);
  await go(page, '/profile');
  await press(page, 'g', 'a');
  await expect(page).toHaveURL(`${console.url}/approvals`);
  await press(page, 'g', 'n');
  await expect(heading(page)).toHaveText('Called the customer back');
  await press(page, 'Escape');
  await expect(page).toHaveURL(`${console.url}/approvals`);
  for (const [key, path] of [['r', '/runs'], ['c', '/closures'], ['l', '/audit']]) {
    await press(page, 'g', key);
    await expect(page).toHaveURL(`${console.url}${path}`);
  }
});

test('G N steps through what waits for the viewer', async ({ console, visit }) => {
  await three(console);
  const page = await visit(ANA);
  await go(page, '/approvals');
  for (const title of ['The first note', 'The second note', 'The third note', 'The first note']) {
    await press(page, 'g', 'n');
    await expect(heading(page)).toHaveText(title);
  }
});

test('G N says when nothing waits', async ({ console, visit }) => {
  await note(console);
  const page = await visit(LENA);
  await go(page, '/approvals');
  await press(page, 'g', 'n');
  await expect(page).toHaveURL(`${console.url}/approvals?view=mine`);
  await expect(page.getByText('Nothing waits for you')).toBeVisible();
});

test('J and K move through rows from anywhere, Enter opens', async ({ console, visit }) => {
  await three(console);
  const page = await visit(ANA);
  await go(page, '/approvals');
  const rows = page.getByRole('row').getByRole('link');
  await press(page, 'j');
  await expect(rows.nth(0)).toBeFocused();
  await press(page, 'j', 'j', 'j');
  await expect(rows.nth(2)).toBeFocused();
  await press(page, 'k');
  await expect(rows.nth(1)).toBeFocused();
  // Tab passes the rows in one step and comes back to where they were left.
  await press(page, 'Shift+Tab');
  await expect(rows.nth(1)).not.toBeFocused();
  await press(page, 'Tab');
  await expect(rows.nth(1)).toBeFocused();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await press(page, 'j');
  await expect(rows.nth(1)).toBeFocused();
  await press(page, 'Enter');
  await expect(heading(page)).toHaveText('The second note');
});

test('on an approval J, K, digits and letters move and choose', async ({ console, visit }) => {
  const [first] = await three(console);
  const page = await visit(ANA);
  await go(page, `/approvals/${first.approval}`);
  await press(page, 'j');
  await expect(heading(page)).toHaveText('The second note');
  await press(page, 'k');
  await expect(heading(page)).toHaveText('The first note');
  for (const [key, section] of [['2', 'evidence'], ['3', 'activity'], ['1', 'action']]) {
    await press(page, key);
    await expect(page).toHaveURL(new RegExp(`#${section}$`));
  }
  await press(page, 'a');
  await expect(choice(page, 'Approve')).toBeChecked();
  await expect(choice(page, 'Approve')).toBeFocused();
  await press(page, 'r');
  await expect(choice(page, 'Reject')).toBeChecked();
  await expect(choice(page, 'Reject')).toBeFocused();
  // What was chosen is not lost to Escape.
  await press(page, 'Escape');
  await expect(choice(page, 'Reject')).toBeChecked();
});

test('no single key decides, Ctrl and Enter do', async ({ console, visit }) => {
  const { agent, approval } = await note(console);
  const page = await visit(ANA);
  await go(page, `/approvals/${approval}`);
  await settled(page);
  await press(page, ...'abcdefghijklmnopqrstuvwxyz0123456789'.replace(/[gjk]/g, ''), 'a', 'Escape');
  await expect(choice(page, 'Approve')).toBeChecked();
  expect(await agent.approval(approval)).toMatchObject({ status: 'pending' });
  await press(page, 'Control+Enter');
  await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();
});

test('Ctrl and Enter send nothing that is incomplete, and send from the field', async ({ console, visit }) => {
  const { agent, approval } = await payment(console);
  const page = await visit(MIRA);
  await go(page, `/approvals/${approval}`);
  await settled(page);
  await press(page, 'Control+Enter');
  await press(page, 'r', 'Control+Enter');
  // It leads to what is missing.
  await expect(page.locator('#reason-0')).toBeFocused();
  expect(await agent.approval(approval)).toMatchObject({ status: 'pending' });
  await page.keyboard.press('Space');
  await notes(page).fill('The limit is too high.');
  await press(page, 'Control+Enter');
  await expect(panel(page).getByRole('heading', { name: 'Rejected' })).toBeVisible();
});

test('nothing is sent in the first moment of a page', async ({ console, visit }) => {
  const { agent, approval } = await note(console);
  const page = await visit(ANA);
  await go(page, '/approvals');
  // All at once, as a key that is held or struck twice would do.
  await press(page, 'j');
  await page.evaluate(async () => {
    const strike = (key: string, ctrlKey = false) =>
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true }),
      );
    const appeared = new Promise<void>((seen) => {
      new MutationObserver((_, watching) => {
        if (!document.querySelector('#approve')) return;
        watching.disconnect();
        seen();
      }).observe(document.body, { childList: true, subtree: true });
    });
    (document.activeElement as HTMLElement).click();
    await appeared;
    // As soon as the form hears keys at all, however long that takes.
    const isChosen = () => document.querySelector<HTMLInputElement>('#approve')?.checked ?? false;
    for (let frame = 0; frame < 300 && !isChosen(); frame += 1) {
      await new Promise(requestAnimationFrame);
      strike('a');
    }
    strike('Enter', true);
  });
  await expect(choice(page, 'Approve')).toBeChecked();
  expect(await agent.approval(approval)).toMatchObject({ status: 'pending' });
  await settled(page);
  await press(page, 'Control+Enter');
  await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();
});

test('typing is safe', async ({ console, visit }) => {
  const { approval } = await onboarding(console);
  const page = await visit(ANA);
  await go(page, `/approvals/${approval}`);
  await press(page, 'a');
  await notes(page).focus();
  await page.keyboard.type('gar? j/k 123 i');
  await expect(notes(page)).toHaveValue('gar? j/k 123 i');
  await expect(choice(page, 'Approve')).toBeChecked();
  await expect(page).toHaveURL(`${console.url}/approvals/${approval}`);
  await expect(sheet(page)).toBeHidden();
  await press(page, 'Escape');
  await expect(notes(page)).not.toBeFocused();
  // Keys with Alt, or letters with Shift, are somebody else's.
  await press(page, 'Alt+r', 'Shift+R');
  await expect(choice(page, 'Approve')).toBeChecked();
  await press(page, 'r');
  await expect(choice(page, 'Reject')).toBeChecked();
});

test('a sequence that takes too long is given up', async ({ console, visit }) => {
  const { approval } = await note(console);
  const page = await visit(ANA);
  await go(page, `/approvals/${approval}`);
  await press(page, 'g');
  await page.waitForTimeout(1_600);
  await press(page, 'a');
  await expect(choice(page, 'Approve')).toBeChecked();
  await expect(page).toHaveURL(`${console.url}/approvals/${approval}`);
});

test('the sheet lists the keys, and the page below rests', async ({ console, visit }) => {
  await three(console);
  const page = await visit(ANA);
  await go(page, '/approvals');
  await page.getByRole('button', { name: 'Keys' }).focus();
  await press(page, '?');
  for (const title of ['Anywhere', 'In lists', 'On an approval']) {
    await expect(sheet(page).getByRole('heading', { name: title })).toBeVisible();
  }
  await press(page, 'j', 'g', 'n', 'Tab', 'Tab', 'Tab');
  // Beyond the last of the sheet stands the browser itself; nothing of the page below.
  const rests = await page.evaluate(() => {
    const focused = document.activeElement;
    return focused === document.body || document.querySelector('dialog[open]')?.contains(focused);
  });
  expect(rests).toBe(true);
  await expect(page).toHaveURL(`${console.url}/approvals`);
  await press(page, 'Escape');
  await expect(sheet(page)).toBeHidden();
  await expect(page.getByRole('button', { name: 'Keys' })).toBeFocused();
  await page.getByRole('button', { name: 'Keys' }).click();
  await sheet(page).getByRole('link', { name: 'Switch keys off in your profile' }).click();
  await expect(heading(page)).toHaveText('Profile');
});

test('keys switched off do nothing and show nothing', async ({ console, visit }) => {
  await three(console);
  const page = await visit(ANA);
  await go(page, '/profile');
  await page.getByRole('button', { name: 'Switch keys off' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Your choice was kept' })).toContainText('Your choice was kept');
  await go(page, '/approvals');
  await expect(page.getByRole('button', { name: 'Search or jump' }).filter({ visible: true })).toBeVisible();
  await expect(page.locator('kbd').filter({ visible: true })).toHaveCount(0);
  await press(page, 'j', '?', 'g', 'n', 'Control+k');
  await expect(page).toHaveURL(`${console.url}/approvals`);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('row').getByRole('link').first()).not.toBeFocused();

  await go(page, '/profile');
  await page.getByRole('button', { name: 'Switch keys on' }).click();
  await expect(page.getByRole('button', { name: 'Switch keys off' })).toBeVisible();
  await go(page, '/approvals');
  await press(page, 'j');
  await expect(page.getByRole('row').getByRole('link').first()).toBeFocused();
});

test('hints stand beside what the keys do', async ({ console, visit }) => {
  const { approval } = await note(console);
  const page = await visit(ANA);
  await go(page, `/approvals/${approval}`);
  await expect(panel(page).locator('kbd').filter({ visible: true })).toHaveText(['A', 'E', 'I', 'R', 'L', 'D']);
  await choice(page, 'Approve').check();
  await expect(send(page)).toContainText('Ctrl ↵');
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.locator('kbd').filter({ visible: true })).toHaveCount(0);
});
