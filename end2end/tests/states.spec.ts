// What each state says: who may not decide and why, what became of the time, what has changed, and what is not there.
import { ANA, MIRA } from '../support/cast';
import { choice, panel, send } from '../support/panel';
import { STATES, type Stage } from '../support/states';
import { alert, payment } from '../support/stories';
import { deaf, expect, go, hydrated, test } from '../support/test';

const WORDS: Record<string, (RegExp | string)[]> = {
  'approval-own-request': ['You cannot decide this', 'You asked for this run.', 'excludes the requester', 'Entitled now:'],
  'approval-own-agent': ['You cannot decide this', 'You own onboarding-agent.', 'Entitled now:'],
  'approval-not-entitled': ['You cannot decide this', 'It waits for compliance and risk', 'Entitled now:'],
  'approval-voted': ['You approved for compliance', '1 of 2, the session stays suspended until risk'],
  'approval-stale-revision': ['The package is now rev 1', 'Your decision was for rev 7 and was not stored'],
  'approval-resuming': ['Decision recorded', 'Gate conditions rechecked', 'Resuming session', 'No need to wait'],
  'approval-tool-failed': ['Resumed, and the tool failed', 'the core system is closed'],
  'approval-resumption-failed': ['The session was not resumed', 'answered 503', 'Nothing ran', 'nobody has to decide again', 'Retry now'],
  'approval-void': ['Approved, then void', 'The call needs a fresh approval', 'Nothing ran'],
  'approval-rejected': ['Rejected', 'Nothing ran', 'over_limit', 'The limit is too high for a first account.'],
  'approval-expired': ['Expired', 'Expired without a decision', 'Nothing ran. This is not a rejection'],
};

for (const [name, words] of Object.entries(WORDS)) {
  test(`${name} says what is true`, async ({ console, guard, visit, decide }) => {
    const page = await reach(name, { console, guard, visit, decide });
    for (const text of words) await expect(panel(page)).toContainText(text);
    const decides = name === 'approval-stale-revision';
    await expect(panel(page).getByRole('radio', { name: /^(Approve(?! with)|Reject)/ })).toHaveCount(decides ? 2 : 0);
  });
}

test('a fact that changed stops the approval and is named', async ({ console, guard, visit, decide }) => {
  const page = await reach('approval-conditions-changed', { console, guard, visit, decide });
  const notice = panel(page).getByRole('alert');
  await expect(notice).toContainText('A condition no longer holds');
  await expect(notice).toContainText('account_open');
  await expect(notice).toContainText('"OPEN"');
  await expect(notice).toContainText('"FROZEN"');
  await expect(notice).toContainText('led_9002');
  await expect(panel(page)).toContainText('Known customer.');
  // Only rejecting is left until the approval is opened again.
  await expect(choice(page, 'Approve')).toHaveCount(0);
  await expect(choice(page, 'Reject')).toBeVisible();
  await notice.getByRole('link', { name: 'Open it again' }).click();
  await expect(choice(page, 'Approve')).toBeVisible();
  await hydrated(page);
});

test('a decision that comes too late is not applied', async ({ console, guard, visit }) => {
  const { agent, approval } = await alert(console);
  const page = await deaf(await visit(ANA));
  await go(page, `/approvals/${approval}`);
  await choice(page, 'Approve').check();
  expect(await agent.wait(approval)).toMatchObject({ status: 'expired' });
  guard.allow(409, /\/decide$/);
  await send(page).click();
  await expect(panel(page).getByRole('alert')).toContainText('Your decision was not applied');
  await expect(panel(page)).toContainText('Expired without a decision');
  await hydrated(page);
});

test('an empty queue says what is true', async ({ console, visit }) => {
  const page = await visit(MIRA);
  await go(page, '/approvals');
  await expect(page.getByText('No approval is pending')).toBeVisible();
  await expect(page.getByText('Nothing was decided today.')).toBeVisible();
  await page.getByRole('navigation', { name: 'Saved views' }).getByRole('link', { name: /Needs my decision/ }).click();
  await expect(page).toHaveURL(`${console.url}/approvals?view=mine`);
  await expect(page.getByText('Nothing waits for you')).toBeVisible();
});

test('views count and filter', async ({ console, visit }) => {
  await payment(console, 'acc_1');
  await payment(console, 'acc_2', MIRA.email);
  const page = await visit(MIRA);
  await go(page, '/approvals');
  const views = page.getByRole('navigation', { name: 'Saved views' });
  await expect(views.getByRole('link', { name: /All pending/ })).toHaveText(/2$/);
  await expect(views.getByRole('link', { name: /Needs my decision/ })).toHaveText(/1$/);
  await expect(page.getByRole('link', { name: /Pay 250 to ACME/ })).toHaveCount(2);
  await views.getByRole('link', { name: /Needs my decision/ }).click();
  await expect(page.getByRole('link', { name: /Pay 250 to ACME/ })).toHaveCount(1);
  await expect(page.getByRole('table')).toContainText('acc_1');
});

const ABSENT = { 'page-not-found': 'No such page', 'unknown-approval': 'Not found', 'unknown-run': 'Not found' };
for (const [name, words] of Object.entries(ABSENT)) {
  test(`${name}: what is not there is said, with a way back`, async ({ console, guard, visit, decide }) => {
    const page = await reach(name, { console, guard, visit, decide });
    await expect(page.getByRole('main').getByText(words)).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await page.getByRole('link', { name: /Approvals|approvals/ }).filter({ visible: true }).first().click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Approvals');
  });
}

function reach(name: string, stage: Stage) {
  return STATES[name](stage);
}
