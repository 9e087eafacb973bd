// Other ways to use it: by keys alone, on a narrow screen, in another scheme.
import type { Page } from '@playwright/test';
import { ANA, MIRA } from '../support/cast';
import { choice, panel, send } from '../support/panel';
import { note, onboarding } from '../support/stories';
import { NARROW, SIZES, expect, go, hydrated, test } from '../support/test';

test('keys alone: to the row, into it, and decide', async ({ console, visit }) => {
  await onboarding(console);
  await note(console);
  const page = await visit(ANA);
  await go(page, '/approvals');

  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  const rows = page.getByRole('row').getByRole('link');
  await tabTo(page, '[data-row] a');
  await expect(rows.nth(0)).toBeFocused();
  await seesFocus(page);
  await page.keyboard.press('j');
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press('k');
  await expect(rows.nth(0)).toBeFocused();
  await expect(rows.nth(0)).toContainText('Called the customer back');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Called the customer back');

  await tabTo(page, '#approve');
  await seesFocus(page);
  await page.keyboard.press('Space');
  await expect(choice(page, 'Approve')).toBeChecked();
  // Between the two lie the edits and the question to the agent.
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  await expect(choice(page, 'Reject')).toBeChecked();
  for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
  await tabTo(page, '#notes');
  await page.keyboard.type('Fine. jkxo');
  await page.keyboard.press('Tab');
  await expect(send(page)).toBeFocused();
  await seesFocus(page);
  await page.keyboard.press('Enter');
  await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();
});

test('a narrow screen: queue, approval, down to the decision, decide', async ({ console, visit }) => {
  await note(console);
  const page = await visit(ANA, { viewport: NARROW, hasTouch: true, isMobile: true });
  await go(page, '/approvals');
  const sections = page.getByRole('navigation', { name: 'Sections, below' });
  await expect(sections.getByRole('link', { name: /Approvals/ })).toContainText('1');
  await page.getByRole('row').getByRole('link', { name: /Called the customer back/ }).tap();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Called the customer back');
  await expect(sections).toHaveCount(0);

  await expect(panel(page)).not.toBeInViewport();
  const decide = page.getByRole('link', { name: 'Decide', exact: true });
  expect((await decide.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await decide.tap();
  await expect(page).toHaveURL(/#decide$/);
  await expect(panel(page).getByRole('heading', { level: 2 }).first()).toBeInViewport();
  await hydrated(page);
  await choice(page, 'Approve').tap();
  await send(page).scrollIntoViewIfNeeded();
  expect((await send(page).boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await send(page).tap();
  await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();
});

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const javaScriptEnabled of [true, false]) {
    test(`the scheme is chosen once (${size}, script ${javaScriptEnabled})`, async ({ console, visit }) => {
      const { approval } = await note(console);
      const page = await visit(MIRA, { viewport, javaScriptEnabled });
      await page.goto('/approvals?view=mine');
      if (javaScriptEnabled) await hydrated(page);
      const html = page.locator('html');
      const body = page.locator('body');
      const paper = await background(page);

      await choose(page, 'Dark');
      await expect(page).toHaveURL(`${console.url}/approvals?view=mine`);
      await expect(html).toHaveAttribute('data-theme', 'dark');
      await expect(body).not.toHaveCSS('background-color', paper);
      await page.goto(`/approvals/${approval}`);
      await expect(html).toHaveAttribute('data-theme', 'dark');

      await page.goto('/approvals');
      await choose(page, 'Light');
      await expect(html).toHaveAttribute('data-theme', 'light');
      await expect(body).toHaveCSS('background-color', paper);
      await page.emulateMedia({ colorScheme: 'dark' });
      await expect(body).toHaveCSS('background-color', paper);

      await choose(page, 'As the system');
      await expect(html).not.toHaveAttribute('data-theme');
      await expect(body).not.toHaveCSS('background-color', paper);
    });
  }
}

test('going from page to page keeps the console alive', async ({ console, visit }) => {
  const first = await note(console, 'acc_1', 'The first note');
  await note(console, 'acc_2', 'The second note');
  const page = await visit(ANA);
  await go(page, `/approvals/${first.approval}`);
  await expect(page).toHaveTitle('acc_1, note · Countersign');
  await expect(page.getByText('1 of 2')).toBeVisible();
  await page.getByRole('link', { name: 'Next approval' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The second note');
  await page.getByRole('link', { name: /^run_/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Payments, acc_2');
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The second note');
  await choice(page, 'Approve').check();
  await send(page).click();
  await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();
  await panel(page).getByRole('link', { name: 'Next approval' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The first note');
  await page.getByRole('link', { name: 'Approvals', exact: true }).click();
  await expect(page.getByRole('row').getByRole('link')).toHaveCount(1);
});

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`whatever has the focus can be seen (${size})`, async ({ console, visit }) => {
    const { approval } = await onboarding(console);
    const page = await visit(ANA, { viewport });
    await go(page, `/approvals/${approval}`);
    await choice(page, 'Reject').check();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const hidden = new Set<string>();
    for (let pressed = 0; pressed < 40; pressed += 1) {
      await page.keyboard.press('Tab');
      const covered = await page.evaluate(findCovered);
      if (covered) hidden.add(covered);
    }
    expect([...hidden]).toEqual([]);
  });
}

/** Runs in the page: what has the focus, if something else lies on top of all of it. */
function findCovered(): string | null {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const shown = focused.classList.contains('sr-only') ? (focused.closest('label') ?? focused) : focused;
  const { left, top, width, height } = shown.getBoundingClientRect();
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [left + width * x, top + height * y]));
  const isSeen = points.some(([x, y]) => {
    const hit = document.elementFromPoint(x, y);
    return hit !== null && (shown.contains(hit) || hit.contains(shown));
  });
  return isSeen ? null : `${focused.tagName} ${focused.id} ${focused.textContent?.slice(0, 40)}`;
}

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  throw new Error(`60 tabs do not lead to ${selector}`);
}

/** The focus is drawn. */
async function seesFocus(page: Page): Promise<void> {
  const drawn = await page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement ?? document.body);
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
  });
  expect(drawn, 'an outline around what has the focus').toBe(true);
}

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

async function choose(page: Page, theme: string): Promise<void> {
  await page.getByTitle('Theme and account').filter({ visible: true }).click();
  await page.getByRole('button', { name: theme }).filter({ visible: true }).click();
}
