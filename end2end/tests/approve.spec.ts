// The main job: an agent is stopped, two people approve, the agent goes on, and the record says who did what.
import type { Page } from '@playwright/test';
import { ANA, TOMAS } from '../support/cast';
import { approve, choice, panel } from '../support/panel';
import { ACCOUNT, onboarding } from '../support/stories';
import { SIZES, expect, go, hydrated, test } from '../support/test';

const TITLE = `Set up ${ACCOUNT.product} account for Jane Smith`;
const RESULT = { account_id: 'acct_90117' };

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`two people approve, the agent goes on (${size})`, async ({ console, visit }) => {
    const { agent, approval } = await onboarding(console);
    const [ana, tomas] = [await visit(ANA, { viewport }), await visit(TOMAS, { viewport })];
    const outcome = agent.wait(approval);

    await findInQueue(ana);
    await readEverything(ana);
    const digest = await panel(ana).locator('code').first().innerText();
    await approve(ana, 'Registry extract matches.');
    await expect(panel(ana).getByText('You approved for compliance')).toBeVisible();
    await expect(panel(ana)).toContainText('1 of 2, the session stays suspended');
    await expect(panel(ana).getByText('Tomás Lindqvist').filter({ visible: true })).toHaveCount(2);

    await findInQueue(tomas);
    await expect(panel(tomas)).toContainText('Ana Ruiz approved');
    await choice(tomas, 'Approve').check();
    const clicked = performance.now();
    await panel(tomas).getByRole('button', { name: 'Approve and resume' }).click();
    const waited = await outcome;
    expect(waited).toMatchObject({ status: 'approved' });
    expect(waited.at - clicked, 'from the click to the end of the long poll').toBeLessThan(5_000);

    await expect(panel(tomas)).toContainText('compliance and risk approved rev 1.');
    await expect(panel(tomas)).toContainText('Bound to package rev 1');
    await expect(panel(tomas).locator('code').filter({ hasText: digest }), 'the digest they read').toHaveCount(1);

    // The page follows by itself from here.
    await expect(panel(tomas).getByRole('heading', { name: 'Approved' })).toBeVisible();
    await expect(panel(tomas)).toContainText('Session resumed');
    await expect(panel(tomas)).toContainText('the call has not come yet');
    await expect(tomas.getByText('Approved, resuming')).toBeVisible();
    await hydrated(tomas);
    const loads = watchLoads(tomas);
    expect(await agent.check('call-3', 'setup_account', ACCOUNT)).toMatchObject({ outcome: 'allow' });
    await expect(panel(tomas)).toContainText('Running setup_account');
    await agent.report('call-3', 'setup_account', RESULT);
    await expect(panel(tomas).getByText('Resumed and done')).toBeVisible();
    await expect(panel(tomas)).toContainText(`returned {"account_id":"acct_90117"}`);
    await expect(tomas.getByText('Approved, done')).toBeVisible();
    expect(loads(), 'without loading the page again').toBe(0);

    // Used once: the same call gets the same answer, another one is stopped anew.
    expect(await agent.check('call-3', 'setup_account', ACCOUNT)).toMatchObject({ outcome: 'allow' });
    expect(await agent.check('call-4', 'setup_account', ACCOUNT)).toMatchObject({ outcome: 'suspend' });

    await panel(tomas).getByRole('link', { name: 'Open run' }).click();
    await readTimeline(tomas);
  });
}

async function findInQueue(page: Page): Promise<void> {
  await go(page, '/approvals?view=mine');
  const row = page.getByRole('row').filter({ hasText: TITLE });
  await expect(row).toContainText('setup_account');
  await expect(row).toContainText('onboarding-agent');
  await expect(row.getByText('Irreversible').filter({ visible: true })).toHaveCount(1);
  await row.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(TITLE);
  await hydrated(page);
}

/** What a reviewer must see before deciding. */
async function readEverything(page: Page): Promise<void> {
  const action = page.getByRole('region', { name: 'Proposed action' });
  await expect(action).toContainText('setup_account');
  await expect(action).toContainText('"customer_id": "cust_456"');
  await expect(action).toContainText(`"product": "${ACCOUNT.product}"`);
  const evidence = page.getByRole('table', { name: 'Gate evidence' });
  const kyc = evidence.getByRole('row').filter({ hasText: 'kyc_verified' });
  await expect(kyc).toContainText('"PASSED"');
  await expect(kyc).toContainText('core_ledger');
  await expect(kyc).toContainText('kyc_20261121_07');
  await expect(kyc).toContainText('Met');
  await expect(evidence.getByRole('row').last()).toContainText('review high-risk');
  await expect(page.getByText('Risk, from tool manifest').locator('..')).toContainText('High');
  await expect(panel(page)).toContainText('Dev Patel owns this agent, cannot decide');
  await expect(panel(page)).toContainText('Rosa Quist asked for this run, cannot decide');
  await expect(panel(page)).toContainText('package rev 1');
}

async function readTimeline(page: Page): Promise<void> {
  const timeline = page.getByRole('region', { name: 'Timeline' });
  const entries = [
    [/onboarding-agent started the run for cust_456/, 'Agent'],
    [/Gate gate_account_setup held setup_account/, 'Agent'],
    [/Session \S+ suspended, waits for 1 approval/, null],
    [/Ana Ruiz approved rev 1 for compliance/, 'AR'],
    [/Tomás Lindqvist approved rev 1 for risk/, 'TL'],
    [/The policy is satisfied/, null],
    [/Session \S+ may go on/, null],
    [/The agent’s side has the outcome/, null],
    [/The approved call was allowed/, null],
    [/setup_account ran/, 'Agent'],
  ] as const;
  for (const [words, actor] of entries) {
    const entry = timeline.getByRole('listitem').filter({ hasText: words }).first();
    await expect(entry).toBeVisible();
    if (actor === 'Agent') await expect(entry.getByTitle('Agent')).toBeVisible();
    else if (actor) await expect(entry.getByText(actor, { exact: true })).toBeVisible();
  }
  await expect(timeline).toContainText('“Registry extract matches.”');
  const facts = page.getByRole('region', { name: 'Facts' });
  await expect(facts).toContainText('account_id');
  await expect(facts).toContainText('"acct_90117"');
}

/** Counts whole pages loaded from now on. */
function watchLoads(page: Page): () => number {
  let loads = 0;
  page.on('load', () => (loads += 1));
  return () => loads;
}
