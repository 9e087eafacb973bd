// What happens elsewhere is seen here, at once and without anything moving.
import type { Page } from '@playwright/test';
import { ANA, MIRA, TOMAS } from '../support/cast';
import { note, payment } from '../support/stories';
import { expect, go, test } from '../support/test';

/** People and agents see each other's acts within this. */
const SECOND = { timeout: 1_000 };

const rows = (page: Page) => page.locator('[data-row]');
const isLive = (page: Page) => expect(page.getByText(/^Live, /).first()).toBeVisible();
const APPROVE = { verdict: 'approve', confirmed: 'yes' };

/** Where the rows stand, by their titles. */
const places = (page: Page) =>
  rows(page).evaluateAll((all) => all.map((row) => [row.querySelector('a')?.getAttribute('href'), row.getBoundingClientRect().top]));

test('two people and an agent see each other at once', async ({ console, visit, decide }) => {
  const story = await payment(console, 'acc_1');
  await note(console, 'acc_2', 'The second note');
  const [ana, tomas] = [await visit(ANA), await visit(TOMAS)];
  for (const page of [ana, tomas]) {
    await go(page, '/approvals');
    await isLive(page);
  }
  const before = await places(ana);

  await decide(ANA, story, APPROVE);
  const row = (page: Page) => rows(page).filter({ hasText: 'Pay 250 to ACME' });
  await expect(row(tomas)).toContainText('1/2', SECOND);
  await expect(row(ana)).toContainText('1/2', SECOND);
  await decide(TOMAS, story, APPROVE);
  await expect(row(ana)).toContainText(`Approved by ${TOMAS.name}`, SECOND);
  await expect(ana).toHaveTitle(/^\(1\) Approvals/);
  await expect(ana.getByRole('navigation', { name: 'Saved views' })).toContainText('All pending1');
  await expect(ana.getByRole('navigation', { name: 'Sections', exact: true })).toContainText('Approvals1');
  expect(await places(ana), 'no row has moved').toEqual(before);

  const third = await note(console, 'acc_3', 'The third note');
  const pill = ana.getByRole('button', { name: '1 new approval' });
  await expect(pill).toBeVisible(SECOND);
  expect(await places(ana), 'no row has moved').toEqual(before);
  await pill.click();
  await expect(rows(ana)).toHaveCount(2);
  await expect(row(ana)).toHaveCount(0);
  await expect(ana.locator(`[data-row] a[href="/approvals/${third.approval}"]`)).toBeVisible();
  await expect(rows(ana).first().getByRole('link')).toBeFocused();

  await note(console, 'acc_4', 'The fourth note');
  await expect(ana.getByText('1 new approval')).toBeVisible(SECOND);
  await ana.keyboard.press('u');
  await expect(rows(ana)).toHaveCount(3);
  await expect(rows(tomas)).toHaveCount(2);
  await expect(tomas.getByText('2 new approvals')).toBeVisible(SECOND);
});

test('the counts change on every page', async ({ console, visit }) => {
  const story = await note(console);
  const page = await visit(ANA);
  await go(page, `/runs/${story.agent.run}`);
  await isLive(page);
  const sections = page.getByRole('navigation', { name: 'Sections', exact: true });
  await expect(sections).toContainText('Needs my decision1');
  await note(console, 'acc_7', 'Another');
  await expect(sections).toContainText('Needs my decision2', SECOND);
});

test('tabs of one browser share one stream', async ({ console, visit, decide }) => {
  const story = await payment(console);
  const first = await visit(MIRA);
  const streams: string[] = [];
  first.context().on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/v1/live') streams.push(request.url());
  });
  const tabs = [first, await first.context().newPage(), await first.context().newPage()];
  for (const tab of tabs) {
    await go(tab, '/approvals');
    await isLive(tab);
  }
  await decide(ANA, story, APPROVE);
  for (const tab of tabs) await expect(rows(tab)).toContainText('1/2', SECOND);
  expect(streams).toHaveLength(1);

  // Another tab goes on where the one that listened stopped.
  await tabs[0].close();
  await decide(TOMAS, story, APPROVE);
  for (const tab of tabs.slice(1)) await expect(rows(tab)).toContainText(`Approved by ${TOMAS.name}`);
  expect(streams).toHaveLength(2);
});

test('without the network the page says so, and catches up', async ({ console, visit, decide }) => {
  const story = await payment(console);
  const page = await visit(MIRA);
  await go(page, '/approvals');
  await isLive(page);
  await page.context().setOffline(true);
  const strip = page.getByRole('status').filter({ hasText: /Live updates stopped at \d\d:\d\d:\d\d/ });
  await expect(strip).toBeVisible();
  await decide(ANA, story, APPROVE);
  await page.context().setOffline(false);
  await expect(rows(page)).toContainText('1/2');
  await expect(strip).toHaveCount(0);
});
