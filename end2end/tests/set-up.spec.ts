// The first-run set-up: a server with an empty data folder prints a link that works once.
import type { Page } from '@playwright/test';
import { violations } from '../support/axe';
import { PASSWORD } from '../support/cast';
import { fitsSideways } from '../support/panel';
import { type Console, SIZES, expect, test } from '../support/test';

test.use({ isNew: true });

const SAMPLE = /^Publish Support/;

/** The link the server prints once it is ready. */
async function printed(console: Console): Promise<string> {
  const link = () => /Set up at (\S+)/.exec(console.log())?.[1] ?? '';
  await expect.poll(link).toContain(`${console.url}/set-up?token=`);
  return link();
}

async function name(page: Page, again = PASSWORD): Promise<void> {
  await page.getByLabel('Name').fill('Mira Okafor');
  await page.getByLabel('Email').fill('mira@example.com');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password, once more').fill(again);
  await page.getByRole('button', { name: 'Add and sign in' }).click();
}

const step = (page: Page) => page.getByRole('heading', { level: 1 });

for (const javaScriptEnabled of [true, false]) {
  test(`from the printed link to the approvals (script ${javaScriptEnabled})`, async ({ console, guard, visit }) => {
    const page = await visit(null, { javaScriptEnabled });
    const link = await printed(console);
    guard.allow(422, /\/set-up$/);
    await page.goto('/');
    await expect(page.locator('#main')).toContainText('Set-up is waiting');
    await page.goto('/set-up?token=wrong');
    await expect(page).toHaveURL(`${console.url}/sign-in?set-up=refused`);
    await expect(page.locator('#main')).toContainText('That set-up link is not valid');

    await page.goto(link);
    await expect(step(page)).toHaveText('Name the first administrator');
    await name(page, 'another passphrase altogether');
    await expect(page.getByLabel('Password, once more')).toHaveAccessibleDescription(/The two passwords differ/);
    await expect(page.getByLabel('Name')).toHaveValue('Mira Okafor');
    await name(page);
    await expect(step(page)).toHaveText('Publish a first workflow');

    await page.getByRole('button', { name: SAMPLE }).click();
    await expect(step(page)).toHaveText('Connect an agent');
    await expect(page.locator('#main')).toContainText('Nobody is in the group support-leads yet; it needs 1 reviewer.');
    await expect(page.locator('#main')).toContainText(`${console.url}/api/v1/runs`);
    await page.getByRole('link', { name: 'Back' }).click();
    await expect(step(page)).toHaveText('Publish a first workflow');
    await page.getByRole('link', { name: 'Connect an agent' }).filter({ visible: true }).click();
    await page.getByRole('button', { name: 'Finish set-up' }).click();
    await expect(page).toHaveURL(`${console.url}/approvals`);
    await page.goto('/set-up');
    await expect(page).toHaveURL(`${console.url}/approvals`);

    const late = await visit(null, { javaScriptEnabled });
    await late.goto(link);
    await expect(late).toHaveURL(`${console.url}/sign-in?to=%2Fset-up`);
    await expect(late.locator('#main')).not.toContainText('Set-up is waiting');
  });
}

test('the keyboard alone sets up', async ({ console, visit }) => {
  const page = await visit(null);
  await page.goto(await printed(console));
  await expect(page.getByLabel('Name')).toBeFocused();
  const typed = ['Mira Okafor', 'mira@example.com', PASSWORD, PASSWORD];
  for (const [place, text] of typed.entries()) {
    if (place > 0) await page.keyboard.press('Tab');
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await expect(step(page)).toHaveText('Publish a first workflow');
  await reach(page, SAMPLE);
  await page.keyboard.press('Enter');
  await expect(step(page)).toHaveText('Connect an agent');
  await reach(page, /^Finish/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${console.url}/approvals`);
});

/** Presses Tab until a button has the focus. */
async function reach(page: Page, button: RegExp): Promise<void> {
  const isThere = () => page.getByRole('button', { name: button }).evaluate((it) => it === document.activeElement);
  for (let pressed = 0; pressed < 20 && !(await isThere()); pressed += 1) await page.keyboard.press('Tab');
  expect(await isThere()).toBe(true);
}

test('each step is accessible and fits', async ({ console, guard, visit }) => {
  test.setTimeout(90_000);
  const page = await visit(null);
  guard.allow(422, /\/set-up$/);
  await page.goto(await printed(console));
  await looks(page, 'administrator');
  await name(page, 'another passphrase altogether');
  await expect(page.getByText('The two passwords differ')).toBeVisible();
  await looks(page, 'refused');
  await name(page);
  await expect(step(page)).toHaveText('Publish a first workflow');
  await looks(page, 'workflow');
  await page.getByRole('button', { name: SAMPLE }).click();
  await expect(step(page)).toHaveText('Connect an agent');
  await looks(page, 'agent');
});

async function looks(page: Page, shot: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect.soft(await violations(page), `${shot}, ${size}, ${colorScheme}`).toEqual([]);
      await page.screenshot({ path: `test-results/shots/set-up-${shot}-${size}-${colorScheme}.png`, animations: 'disabled' });
    }
  }
  await fitsSideways(page);
}
