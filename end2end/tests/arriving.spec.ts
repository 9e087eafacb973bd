// A page that takes its time: the old one stays for 200 ms, then the new one's shapes stand in its place at their
// final sizes, and nothing of the old one can be pressed any more. What comes sooner never shows them.
import type { Locator, Page } from '@playwright/test';
import { MIRA } from '../support/cast';
import { note, payment } from '../support/stories';
import { NARROW, expect, go, hydrated, test } from '../support/test';
import { panel } from '../support/panel';

const skeleton = (page: Page): Locator => page.locator('.late');
const sections = (page: Page): Locator => page.getByRole('navigation', { name: 'Sections', exact: true });

/** Holds what the page asks for back until it is told to let go. */
async function hold(page: Page, call: string): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(`**/calls/${call}*`, async (route) => {
    await released;
    await route.continue();
  });
  return () => release();
}

/** How long the shapes wait before they are seen. */
const delay = (page: Page): Promise<number | undefined> =>
  skeleton(page).evaluate((shapes) => shapes.getAnimations()[0]?.effect?.getTiming().delay);

for (const reducedMotion of ['no-preference', 'reduce'] as const) {
  test(`the queue's rows stand in for it after 200 ms (motion: ${reducedMotion})`, async ({ console, visit }) => {
    await note(console);
    const page = await visit(MIRA);
    await page.emulateMedia({ reducedMotion });
    await go(page, '/runs');
    const release = await hold(page, 'load_queue');
    await sections(page).getByRole('link', { name: /^Approvals/ }).click();
    await expect(skeleton(page)).toBeAttached();
    expect(await delay(page)).toBe(200);
    await expect(skeleton(page)).toBeVisible();
    await expect(skeleton(page).getByRole('status')).toContainText('Loading');
    const rows = skeleton(page).locator('li');
    await expect(rows).toHaveCount(8);
    const heights = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height));
    expect(heights).toEqual(Array.from({ length: 8 }, () => 50));
    release();
    await expect(skeleton(page)).toHaveCount(0);
    await expect(page.locator('[data-row]')).toHaveCount(1);
    expect(await page.locator('[data-row]').evaluate((row) => row.getBoundingClientRect().height)).toBe(50);
  });
}

test('a view of the same list, a filter, an approval and its neighbour have their shapes too', async ({ console, visit }) => {
  await note(console, 'acc_1', 'The first');
  await payment(console, 'acc_2');
  const page = await visit(MIRA);
  await go(page, '/approvals');

  let release = await hold(page, 'load_queue');
  await page.getByRole('link', { name: /Needs my decision/ }).filter({ visible: true }).last().click();
  await expect(skeleton(page)).toBeVisible();
  release();
  await expect(skeleton(page)).toHaveCount(0);
  await expect(page).toHaveURL(/view=mine$/);

  release = await hold(page, 'load_review');
  await page.locator('[data-row] a').first().click();
  await expect(skeleton(page)).toBeVisible();
  await expect(skeleton(page).locator('li')).toHaveCount(0);
  release();
  await expect(panel(page)).toBeVisible();
  await expect(skeleton(page)).toHaveCount(0);

  release = await hold(page, 'load_review');
  const before = page.url();
  await page.getByRole('link', { name: 'Next approval' }).first().click();
  await expect(skeleton(page)).toBeVisible();
  release();
  await expect(skeleton(page)).toHaveCount(0);
  expect(page.url()).not.toBe(before);

  await go(page, '/runs');
  release = await hold(page, 'load_runs');
  await page.locator('summary').filter({ hasText: 'Status' }).click();
  await page.getByRole('link', { name: 'Suspended', exact: true }).click();
  await expect(skeleton(page)).toBeVisible();
  release();
  await expect(skeleton(page)).toHaveCount(0);
  await expect(page.locator('[data-row]')).toHaveCount(2);
});

test('on a narrow window, and from page to page', async ({ console, visit }) => {
  await note(console);
  const page = await visit(MIRA, { viewport: NARROW });
  await go(page, '/approvals');
  const below = page.getByRole('navigation', { name: 'Sections, below' });
  for (const [name, call] of [['Runs', 'load_runs'], ['Audit', 'load_audit'], ['Approvals', 'load_queue']] as const) {
    const release = await hold(page, call);
    await below.getByRole('link', { name }).click();
    await expect(skeleton(page)).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(NARROW.width);
    // The way elsewhere stays open.
    await expect(below.getByRole('link', { name: 'Audit' })).toBeVisible();
    release();
    await expect(skeleton(page)).toHaveCount(0);
    await expect(page.locator('[data-row]').first()).toBeVisible();
  }
  await hydrated(page);
});
