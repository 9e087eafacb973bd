// Names and words without a single place to break, as long as each may be, at 390 px: every page breaks them, none
// becomes wider than its window, and what stands beside them stays in reach.
import type { Page } from '@playwright/test';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addEndpoint, addKey, addReviewer } from '../support/admin';
import { Agent } from '../support/agent';
import { NOOR, type Person } from '../support/cast';
import { choice, findMisfits, panel, reject } from '../support/panel';
import { type Console, type Visit, NARROW, WIDE, expect, go, test } from '../support/test';
import { check, source } from '../support/workflows';

test.describe.configure({ timeout: 120_000 });

const long = (letter: string, length: number): string => letter.repeat(length);
const GROUP = long('g', 64);
const TOOL = long('t', 128);
const GATE = long('a', 64);
const WORKFLOW = long('w', 64);
const SUBJECT = long('S', 200);
const CODE = long('c', 64);

const DEFINITION = `
name: ${WORKFLOW}
title: ${long('T', 200)}
subject: account
default: block
tools:
  ${TOOL}: { input: { text: string }, reversible: false, risk: high, blast_radius: ${long('b', 300)} }
facts:
  ${long('f', 64)}: { type: string, from: system }
gates:
  - id: ${GATE}
    tools: [${TOOL}]
    require:
      - { name: ${long('n', 64)}, when: 'facts.${long('f', 64)} == "OPEN"', otherwise: ${long('o', 500)} }
    review: { policy: ${long('p', 64)}, summary: "{{input.text}}" }
policies:
  ${long('p', 64)}:
    approve: { all: [ { group: ${GROUP}, count: 2 } ] }
    reject: { count: 1 }
    exclude: [requester, agent_owner]
    reasons: { required_on: [reject], codes: [${CODE}] }
    deadline: { expire: 24h }
`;

const person = (letter: string): Person => ({ name: long(letter, 200), email: `${long(letter, 60)}@example.com`, groups: [GROUP] });
const FIRST = person('P');
const SECOND = person('Q');

async function fits(page: Page): Promise<void> {
  for (const viewport of [NARROW, WIDE]) {
    await page.setViewportSize(viewport);
    expect.soft(await page.evaluate(findMisfits), `${page.url()} at ${viewport.width} px`).toEqual([]);
  }
  await page.setViewportSize(NARROW);
}

async function fitsAt(page: Page, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await go(page, path);
    await fits(page);
  }
}

/** People, a workflow, a key and an endpoint, each with the longest name it may have. */
async function furnish(admin: Page): Promise<string> {
  await go(admin, '/admin/groups');
  await admin.getByLabel('Name').fill(GROUP);
  await admin.getByRole('button', { name: 'Create group' }).click();
  await admin.waitForURL(/\/admin\/groups\/g+/);
  for (const one of [FIRST, SECOND]) await addReviewer(admin, one);
  await fits(admin);
  await admin.goto('/workflows/new');
  await source(admin).fill(DEFINITION);
  await check(admin);
  await fits(admin);
  await admin.getByRole('button', { name: 'Publish version 1' }).click();
  await admin.waitForURL(/\/workflows\/w+$/);
  return addKey(admin, long('K', 200));
}

/** An approval of that workflow. */
async function opened(console: Console, key: string): Promise<{ agent: Agent; approval: string }> {
  const agent = await console.agentWith(key, { workflow: WORKFLOW, subject: SUBJECT });
  await agent.record({ [long('f', 64)]: 'OPEN' }, long('r', 200));
  await agent.assert({ [long('f', 64)]: long('A', 300) }, long('s', 900));
  return { agent, approval: await agent.suspend(long('i', 60), TOOL, { text: long('x', 400) }) };
}

const start = async (visit: Visit): Promise<Page> => visit(NOOR, { viewport: NARROW });

test('work: queue, approval, run, log and event fit at 390 px', async ({ console, visit }) => {
  const admin = await start(visit);
  const key = await furnish(admin);
  const { agent, approval } = await opened(console, key);
  const page = await visit(FIRST, { viewport: NARROW });
  await fitsAt(page, ['/approvals', '/approvals?view=mine', `/approvals/${approval}`]);
  await choice(page, 'Approve').check();
  await fits(page);
  await panel(page).getByRole('checkbox').check();
  await panel(page).getByRole('textbox').fill(long('y', 400));
  const folds = page.locator('details:not([open]) > summary').filter({ hasText: /hidden$/ });
  while ((await folds.filter({ visible: true }).count()) > 0) await folds.filter({ visible: true }).first().click();
  await fits(page);
  await panel(page).getByRole('button', { name: /^Approve for/ }).filter({ visible: true }).click();
  await expect(panel(page)).toContainText('You approved for');
  await fits(page);
  const second = await visit(SECOND, { viewport: NARROW });
  await go(second, `/approvals/${approval}`);
  await fits(second);
  await reject(second, `C${CODE.slice(1)}`, long('z', 400));
  await expect(panel(second).getByRole('heading', { name: 'Rejected' })).toBeVisible();
  await fits(second);
  await fitsAt(page, [`/approvals/${approval}`, '/runs', `/runs?subject=${SUBJECT}`, `/runs/${agent.run}`, '/audit', `/audit?q=${SUBJECT}`]);
  for (const kind of ['run.started', 'approval.opened', 'decision.recorded', 'assertion.recorded', 'fact.written']) {
    await go(page, `/audit?kind=${kind}`);
    await page.getByText('Actor', { exact: true }).first().click();
    await fits(page);
    await page.locator('[data-row] a[href^="/audit/"]').filter({ visible: true }).first().click();
    await expect(page.getByRole('complementary', { name: 'Event' })).toBeVisible();
    await fits(page);
  }
  await go(page, '/approvals');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('xxx');
  await expect(page.getByRole('option', { name: /xxx/ }).first()).toBeVisible();
  await fits(page);
});

test('administration, workflows and profile fit at 390 px', async ({ console, guard, visit }) => {
  const admin = await start(visit);
  const key = await furnish(admin);
  await fits(admin);
  await opened(console, key);
  const receiver = createServer((_, answer) => answer.writeHead(500).end(long('E', 5_000)));
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready));
  const endpoint = long('e', 60);
  await addEndpoint(admin, endpoint, `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/${long('u', 300)}`);
  await fits(admin);
  guard.allow(409, /\/admin\/endpoints$/);
  await admin.getByRole('button', { name: `Send a test: ${endpoint}` }).click();
  await expect(admin.getByRole('alert').first()).toBeVisible();
  await fits(admin);
  receiver.close();
  await fitsAt(admin, ['/admin', `/admin?group=${GROUP}`, '/admin/groups', `/admin/groups/${GROUP}`, '/admin/keys', '/admin/keys/new']);
  await fitsAt(admin, ['/admin/endpoints', '/admin/deliveries', '/admin/people/new', '/workflows']);
  await fitsAt(admin, ['', '?tab=policies', '?tab=tools', '?tab=versions', '/edit'].map((tab) => `/workflows/${WORKFLOW}${tab}`));
  await go(admin, '/admin');
  await admin.getByRole('link', { name: FIRST.name }).click();
  await expect(admin.getByRole('heading', { level: 2, name: FIRST.name })).toBeVisible();
  await fits(admin);
  await fitsAt(await visit(FIRST, { viewport: NARROW }), ['/profile']);
});
