// What happens elsewhere is seen here, at once and without anything moving.
import type { Page } from '@playwright/test';
import { ANA, IVO, MIRA, TOMAS } from '../support/cast';
import { choice, notes, panel, send } from '../support/panel';
import { note, payment } from '../support/stories';
import { expect, go, reloaded, test } from '../support/test';

/** People and agents see each other's acts at once: sooner than any round in which a page would ask by itself. */
const AT_ONCE = { timeout: 6_000 };

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
  await expect(row(tomas)).toContainText('1/2', AT_ONCE);
  await expect(row(ana)).toContainText('1/2', AT_ONCE);
  await decide(TOMAS, story, APPROVE);
  await expect(row(ana)).toContainText(`Approved by ${TOMAS.name}`, AT_ONCE);
  await expect(ana).toHaveTitle(/^\(1\) Approvals/);
  await expect(ana.getByRole('navigation', { name: 'Saved views' })).toContainText('All pending1');
  await expect(ana.getByRole('navigation', { name: 'Sections', exact: true })).toContainText('Approvals1');
  expect(await places(ana), 'no row has moved').toEqual(before);

  const third = await note(console, 'acc_3', 'The third note');
  const pill = ana.getByRole('button', { name: '1 new approval' });
  await expect(pill).toBeVisible(AT_ONCE);
  expect(await places(ana), 'no row has moved').toEqual(before);
  await pill.click();
  await expect(rows(ana)).toHaveCount(2);
  await expect(row(ana)).toHaveCount(0);
  await expect(ana.locator(`[data-row] a[href="/approvals/${third.approval}"]`)).toBeVisible();
  await expect(rows(ana).first().getByRole('link')).toBeFocused();

  await note(console, 'acc_4', 'The fourth note');
  await expect(ana.getByText('1 new approval')).toBeVisible(AT_ONCE);
  await ana.keyboard.press('u');
  await expect(rows(ana)).toHaveCount(3);
  await expect(rows(tomas)).toHaveCount(2);
  await expect(tomas.getByText('2 new approvals')).toBeVisible(AT_ONCE);
});

test('two reviewers, an auditor and an agent follow one call together', async ({ console, visit }) => {
  const title = 'Called the customer back';
  const [ana, mira, ivo] = [await visit(ANA), await visit(MIRA), await visit(IVO)];
  const pending = await ivo.context().newPage();
  for (const [page, path] of [[ana, '/approvals?view=mine'], [mira, '/approvals'], [ivo, '/audit'], [pending, '/approvals']] as const) {
    await go(page, path);
    await isLive(page);
  }
  const logged = await rows(ivo).count();
  const needsMe = (page: Page) => page.getByRole('navigation', { name: 'Sections', exact: true }).getByRole('link', { name: /^Needs my decision/ });

  // The agent asks: both reviewers, and whoever only watches, hear of it; nothing moves under anybody's hands.
  const { agent, approval } = await note(console, 'acc_1', title);
  for (const page of [ana, mira]) await expect(needsMe(page)).toHaveText(/1$/, AT_ONCE);
  for (const page of [ana, mira, pending]) await expect(page.getByRole('button', { name: /^1 new approval/ })).toBeVisible(AT_ONCE);
  await expect(needsMe(ivo)).toHaveText(/0$/);
  await expect(ivo.getByRole('button', { name: /^\d+ new events/ })).toBeVisible(AT_ONCE);
  await expect(rows(ivo)).toHaveCount(logged);

  // Both open it; one begins to write, the other is first.
  for (const page of [ana, mira, pending]) {
    await page.keyboard.press('u');
    await expect(rows(page)).toHaveCount(1);
  }
  for (const page of [ana, mira]) await rows(page).getByRole('link', { name: new RegExp(title) }).click();
  await choice(mira, 'Reject').check();
  await notes(mira).fill('I would rather not.');
  await choice(ana, 'Approve').check();
  await expect(send(ana)).toContainText('Approve and resume');
  await send(ana).click();
  const alert = panel(mira).getByRole('alert');
  await expect(alert).toContainText('Your decision was not sent', AT_ONCE);
  await expect(alert).toContainText(`${ANA.name} approved rev 1 for compliance`);
  await expect(panel(mira).getByText('I would rather not.')).toBeVisible();
  await expect(mira.getByRole('link', { name: 'Needs my decision, 0' })).toBeVisible(AT_ONCE);
  await expect(rows(pending)).toContainText(`Approved by ${ANA.name}`, AT_ONCE);
  await expect(pending.getByRole('navigation', { name: 'Saved views' })).toContainText('All pending0', AT_ONCE);
  await ivo.keyboard.press('u');
  const decided = rows(ivo).filter({ hasText: 'Approved rev 1' });
  await expect(decided).toContainText(ANA.name);

  // The agent hears it, runs the call once, and everybody sees what came of it.
  expect(await agent.wait(approval)).toMatchObject({ status: 'approved' });
  await agent.use('note-1', 'note', { text: title }, { ok: true });
  for (const page of [ana, mira]) await expect(panel(page)).toContainText('Resumed and done');
  await expect(panel(mira).getByText('I would rather not.')).toBeVisible();
  const pill = ivo.getByRole('button', { name: /new event/ });
  await expect(pill).toBeVisible(AT_ONCE);
  await decided.getByRole('link', { name: /^Approved rev/ }).click();
  await expect(ivo.getByRole('complementary', { name: 'Event' })).toContainText(`${ANA.name}`);
  await pill.click();
  await expect(rows(ivo).filter({ hasText: 'note ran' })).toBeVisible();
  await expect(ivo.getByRole('complementary', { name: 'Event' })).toBeVisible();
});

test('what is new in the log keeps to its filters', async ({ console, visit }) => {
  const { agent } = await note(console);
  const page = await visit(IVO);
  await go(page, '/audit?kind=fact.written');
  await isLive(page);
  const shown = await rows(page).count();
  await agent.assert({ status: 'OPEN' });
  await agent.record({ status: 'FROZEN' });
  await expect(page.getByRole('button', { name: /^1 new event/ })).toBeVisible(AT_ONCE);
  await page.getByRole('button', { name: /^1 new event/ }).click();
  await expect(rows(page)).toHaveCount(shown + 1);
  await expect(page.getByRole('button', { name: /new event/ })).toHaveCount(0);
});

test('the counts change on every page', async ({ console, visit }) => {
  const story = await note(console);
  const page = await visit(ANA);
  await go(page, `/runs/${story.agent.run}`);
  await isLive(page);
  const sections = page.getByRole('navigation', { name: 'Sections', exact: true });
  await expect(sections).toContainText('Needs my decision1');
  await note(console, 'acc_7', 'Another');
  await expect(sections).toContainText('Needs my decision2', AT_ONCE);
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
  for (const tab of tabs) await expect(rows(tab)).toContainText('1/2', AT_ONCE);
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

test('who is about to decide learns at once that somebody was first, and keeps the draft', async ({ console, visit, decide }) => {
  const story = await note(console);
  const page = await visit(MIRA);
  await go(page, `/approvals/${story.approval}`);
  await isLive(page);
  await choice(page, 'Reject').check();
  await notes(page).fill('I would rather not.');
  await decide(ANA, story, APPROVE);
  const alert = panel(page).getByRole('alert');
  await expect(alert).toContainText(`${ANA.name} approved rev 1 for compliance`, AT_ONCE);
  await expect(alert).toContainText('Your decision was not sent');
  await expect(panel(page).getByText('I would rather not.')).toBeVisible();
  await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();

  // What the agent does next is seen as it happens.
  await story.agent.wait(story.approval);
  await expect(panel(page)).toContainText('Session resumed', AT_ONCE);
  await story.agent.use('note-1', 'note', { text: 'Called the customer back' }, { ok: true });
  await expect(panel(page)).toContainText('Resumed and done', AT_ONCE);
});

test('half a quorum is seen in place, and what is typed stays', async ({ console, visit, decide }) => {
  const story = await payment(console);
  const page = await visit(MIRA);
  await go(page, `/approvals/${story.approval}`);
  await isLive(page);
  await choice(page, 'Approve').check();
  await notes(page).fill('Known customer.');
  await notes(page).focus();
  await decide(ANA, story, APPROVE);
  await expect(panel(page)).toContainText('1/2', AT_ONCE);
  await expect(panel(page).getByRole('alert')).toHaveCount(0);
  await expect(notes(page)).toHaveValue('Known customer.');
  await expect(notes(page)).toBeFocused();
  await expect(send(page)).toContainText('Approve and resume');
  await expect(page.locator('#activity')).toContainText(ANA.name);

  // A page that is loaded again has it still; once the decision is stored it is gone.
  await reloaded(page, () => page.reload());
  await expect(choice(page, 'Approve')).toBeChecked();
  await expect(notes(page)).toHaveValue('Known customer.');
  await send(page).click();
  await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();
  await expect(panel(page).getByRole('alert')).toHaveCount(0);
  await expect.poll(() => page.evaluate(() => sessionStorage.length)).toBe(0);
});

test('the timeline of a run grows when somebody asks', async ({ console, visit }) => {
  const { agent } = await note(console);
  const page = await visit(MIRA);
  await go(page, `/runs/${agent.run}`);
  await isLive(page);
  const timeline = page.locator('#timeline');
  const shown = await timeline.getByRole('listitem').count();
  await agent.record({ status: 'FROZEN' });
  const pill = page.getByRole('button', { name: '1 new event' });
  await expect(pill).toBeVisible(AT_ONCE);
  await expect(page.locator('#facts')).toContainText('FROZEN');
  await expect(timeline.getByRole('listitem')).toHaveCount(shown);
  await pill.click();
  await expect(timeline.getByRole('listitem')).toHaveCount(shown + 1);
  await expect(pill).toHaveCount(0);
});

test('time passes on an open page', async ({ console, visit }) => {
  const { approval } = await payment(console);
  const page = await visit(MIRA);
  await page.clock.install();
  await go(page, '/approvals');
  const row = rows(page).first();
  await expect(row).toContainText('23 h 59 left');
  await page.clock.fastForward('01:00:00');
  await expect(row).toContainText('22 h 59 left');
  await go(page, `/approvals/${approval}`);
  await expect(page.getByText('suspended just now')).toBeVisible();
  await page.clock.fastForward('10:30');
  await expect(page.getByText('suspended 10 min ago')).toBeVisible();
  await expect(page.locator('dd', { hasText: '23 h 49 left' })).toBeVisible();
  // What was chosen stays.
  await choice(page, 'Approve').check();
  await page.clock.fastForward('10:00');
  await expect(page.getByText('suspended 20 min ago')).toBeVisible();
  await expect(choice(page, 'Approve')).toBeChecked();
});
