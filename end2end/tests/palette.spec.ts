// The palette: pages, actions, approvals and runs, found by typing.
import type { Page } from '@playwright/test';
import { ANA } from '../support/cast';
import { choice } from '../support/panel';
import { type Story, note } from '../support/stories';
import { type Console, expect, go, test } from '../support/test';

const palette = (page: Page) => page.getByRole('dialog', { name: 'Search or jump' });
const field = (page: Page) => page.getByRole('combobox', { name: 'Search or jump' });
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

test('the palette finds pages, actions, approvals and runs by keys alone', async ({ console, visit }) => {
  const [first, second] = await three(console);
  const page = await visit(ANA);
  await go(page, '/approvals');
  await press(page, 'Control+k');
  await expect(field(page)).toBeFocused();
  await page.keyboard.type('profile');
  await expect(palette(page).getByRole('option')).toHaveCount(1);
  await press(page, 'Enter');
  await expect(heading(page)).toHaveText('Profile');

  await press(page, 'Control+k');
  await page.keyboard.type('second NOTE');
  await expect(palette(page).getByRole('option', { name: /The second note/ })).toHaveAttribute('aria-selected', 'true');
  await press(page, 'Enter');
  await expect(page).toHaveURL(`${console.url}/approvals/${second.approval}`);
  await expect(heading(page)).toHaveText('The second note');

  await press(page, 'Control+k');
  await page.keyboard.type('choose');
  const options = palette(page).getByRole('option');
  await expect(options).toHaveCount(2);
  await press(page, 'ArrowDown');
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(field(page)).toHaveAttribute('aria-activedescendant', (await options.nth(1).getAttribute('id')) ?? '');
  await press(page, 'ArrowDown');
  await expect(options.nth(0)).toHaveAttribute('aria-selected', 'true');
  await press(page, 'ArrowUp', 'Enter');
  await expect(choice(page, 'Reject')).toBeChecked();
  await expect(choice(page, 'Reject')).toBeFocused();

  for (const typed of [first.agent.run, first.agent.run.slice(-6)]) {
    await press(page, 'Control+k');
    await page.keyboard.type(typed);
    await expect(options).toHaveCount(1);
    await press(page, 'Enter');
    await expect(heading(page)).toHaveText('Payments, acc_1');
  }

  await press(page, 'Control+k');
  await page.keyboard.type('zzzz');
  await expect(palette(page).getByRole('status')).toContainText('Nothing is found');
  await press(page, 'Escape');
  await expect(palette(page)).toBeHidden();

  await press(page, 'Control+k');
  await page.keyboard.type('switch to dark');
  await press(page, 'Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('the palette is opened by its button, closed beside it, and gives the focus back', async ({ console, visit }) => {
  await note(console);
  const page = await visit(ANA);
  await go(page, '/approvals');
  const button = page.getByRole('button', { name: 'Search or jump' }).filter({ visible: true });
  await expect(button).toContainText('Ctrl');
  await button.click();
  await expect(field(page)).toBeFocused();
  await page.mouse.click(5, 5);
  await expect(palette(page)).toBeHidden();
  await expect(button).toBeFocused();
  await button.click();
  await palette(page).getByRole('option', { name: 'Runs' }).click();
  await expect(page).toHaveURL(`${console.url}/runs`);
});
