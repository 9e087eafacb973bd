// Every page and panel state there is, and how one comes to see it. The looks and the words of each are tested on
// these.
import type { Page } from '@playwright/test';
import { ADMIN_STATES } from './admin';
import { ANA, DEV, LENA, MIRA, ROSA, TOMAS, type Person } from './cast';
import type { Guard } from './guard';
import { approve, args, choice, notes, panel, send, submitAsItStands } from './panel';
import { ACCOUNT, type Story, alert, bills, differing, note, onboarding, payment } from './stories';
import { type Console, type Decide, type Visit, deaf, expect, go, reloaded } from './test';
import { CLOSURE_STATES } from './closures';
import { ESCALATION_STATES } from './escalations';
import { STAGE_STATES } from './stages';
import { WEBHOOK_STATES } from './webhooks';
import { WORKFLOW_STATES } from './workflows';

export interface Stage {
  readonly console: Console;
  readonly guard: Guard;
  readonly visit: Visit;
  readonly decide: Decide;
}

async function see(stage: Stage, who: Person | null, path: string): Promise<Page> {
  const page = await stage.visit(who);
  await go(page, path);
  return page;
}

const review = (stage: Stage, who: Person, id: string): Promise<Page> => see(stage, who, `/approvals/${id}`);

const APPROVE = { verdict: 'approve', confirmed: 'yes' };
const REJECT = { verdict: 'reject', reason_code: 'over_limit', notes: 'The limit is too high for a first account.' };

/** Sends a form that will be refused with this status, and waits for the page that says so. */
async function refused(stage: Stage, page: Page, status: number, act: () => Promise<void>): Promise<Page> {
  stage.guard.allow(status, /\/(decide|sign-in)$/);
  await reloaded(page, act);
  return page;
}

async function approved(stage: Stage, story: Promise<Story>): Promise<Story> {
  await stage.decide(ANA, await story, APPROVE);
  await stage.decide(TOMAS, await story, APPROVE);
  return story;
}

async function ended(stage: Stage, output: unknown, isError: boolean): Promise<Story> {
  const story = await approved(stage, onboarding(stage.console));
  await story.agent.wait(story.approval);
  await story.agent.check('call-3', 'setup_account', ACCOUNT);
  await story.agent.report('call-3', 'setup_account', output, isError);
  return story;
}

async function conflict(stage: Stage): Promise<Page> {
  const story = await onboarding(stage.console);
  const page = await deaf(await stage.visit(MIRA));
  await go(page, `/approvals/${story.approval}`);
  await choice(page, 'Approve').check();
  await notes(page).fill('Checked the registry extract.');
  await stage.decide(TOMAS, story, REJECT);
  return refused(stage, page, 409, () => send(page).click());
}

async function filledQueue(stage: Stage, who: Person, path: string): Promise<Page> {
  await onboarding(stage.console);
  await differing(stage.console);
  await note(stage.console);
  await payment(stage.console, 'acc_9');
  await stage.decide(ANA, await payment(stage.console, 'acc_8'), APPROVE);
  return see(stage, who, path);
}

/** A page whose content is on its way and does not come. */
async function arriving(stage: Stage, call: string, place: RegExp): Promise<Page> {
  const page = await see(stage, MIRA, '/profile');
  await page.route(`**/calls/${call}*`, () => {});
  await page.getByRole('navigation', { name: 'Sections', exact: true }).getByRole('link', { name: place }).click();
  await page.locator('.late').waitFor();
  return page;
}

export const STATES: Record<string, (stage: Stage) => Promise<Page>> = {
  ...ADMIN_STATES,
  ...WORKFLOW_STATES,
  ...ESCALATION_STATES,
  ...CLOSURE_STATES,
  ...STAGE_STATES,
  ...WEBHOOK_STATES,
  'sign-in': (stage) => see(stage, null, '/sign-in'),
  'sign-in-for-approval': (stage) => see(stage, null, '/approvals/apr_01j0000000e00800000000000r'),
  'sign-in-refused': async (stage) => {
    const page = await see(stage, null, '/sign-in');
    await page.getByLabel('Email').fill(MIRA.email);
    await page.getByLabel('Password').fill('not the password of Mira');
    return refused(stage, page, 401, () => page.getByRole('button', { name: 'Sign in' }).click());
  },
  'queue': (stage) => filledQueue(stage, MIRA, '/approvals'),
  'queue-mine': (stage) => filledQueue(stage, TOMAS, '/approvals?view=mine'),
  'queue-filtered': (stage) => filledQueue(stage, MIRA, '/approvals?q=acc&risk=high&sort=risk'),
  'queue-no-match': (stage) => filledQueue(stage, MIRA, '/approvals?q=zzzz&waiting_for=risk'),
  'queue-history': async (stage) => {
    await approved(stage, onboarding(stage.console));
    return see(stage, MIRA, '/approvals?view=today');
  },
  'queue-arriving': (stage) => arriving(stage, 'load_queue', /^Approvals/),
  'runs-arriving': (stage) => arriving(stage, 'load_runs', /^Runs/),
  'queue-empty': (stage) => see(stage, MIRA, '/approvals'),
  'queue-none-mine': async (stage) => {
    await note(stage.console);
    return see(stage, LENA, '/approvals?view=mine');
  },
  'account-menu': async (stage) => {
    const page = await see(stage, MIRA, '/approvals');
    await page.getByTitle('Theme and account').filter({ visible: true }).click();
    return page;
  },
  'inbox': async (stage) => {
    await onboarding(stage.console);
    const page = await see(stage, MIRA, '/inbox');
    await expect(page.getByRole('button', { name: 'An approval waits for your decision' })).toBeVisible();
    return page;
  },
  'bulk-preview': async (stage) => {
    const stories = [await note(stage.console), await note(stage.console)];
    return see(stage, ANA, `/approvals/bulk?${stories.map(({ approval }) => `item=${approval}`).join('&')}`);
  },
  'approval-claimed': async (stage) => {
    const { approval } = await onboarding(stage.console);
    const other = await review(stage, TOMAS, approval);
    await other.getByRole('button', { name: 'Claim', exact: true }).filter({ visible: true }).first().click();
    await expect(other.getByText('Claimed by you').filter({ visible: true }).first()).toBeVisible();
    const page = await review(stage, MIRA, approval);
    await expect(page.getByText('you can still decide').first()).toBeVisible();
    return page;
  },
  'profile': (stage) => see(stage, MIRA, '/profile'),
  'profile-refused': async (stage) => {
    const page = await see(stage, MIRA, '/profile');
    await page.getByLabel('Current password').fill('not the password of Mira');
    await page.getByLabel('New password', { exact: true }).fill('orchard lantern seven');
    await page.getByLabel('New password, again').fill('orchard lantern eight');
    stage.guard.allow(422, /\/profile$/);
    await reloaded(page, () => page.getByRole('button', { name: 'Change password' }).click());
    return page;
  },
  'palette': async (stage) => {
    const page = await filledQueue(stage, MIRA, '/approvals');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('ac');
    await expect(page.getByRole('option', { name: /cust_456|acc_/ }).first()).toBeVisible();
    return page;
  },
  'palette-nothing': async (stage) => {
    const page = await see(stage, MIRA, '/approvals');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('zzzz');
    await expect(page.getByText('Nothing is found')).toBeVisible();
    return page;
  },
  'keys-sheet': async (stage) => {
    const page = await see(stage, MIRA, '/approvals');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    return page;
  },
  'api-reference': async (stage) => {
    const page = await stage.visit(null);
    // A few calls show every part there is; all of them at once take axe minutes.
    await page.goto('/docs/api?q=digest_mismatch');
    await expect(page.getByRole('article').first()).toBeVisible();
    await page.getByText(/\d+ fields/).filter({ visible: true }).first().click();
    return page;
  },
  'page-not-found': async (stage) => {
    stage.guard.allow(404, /\/nowhere$/);
    return see(stage, MIRA, '/nowhere');
  },
  'unknown-approval': async (stage) => {
    stage.guard.allow(404, /\/approvals\//);
    return see(stage, MIRA, '/approvals/apr_01j0000000e00800000000000r');
  },
  'unknown-run': async (stage) => {
    stage.guard.allow(404, /\/runs\//);
    return see(stage, MIRA, '/runs/run_01j0000000e00800000000000r');
  },
  'approval-open': async (stage) => review(stage, MIRA, (await differing(stage.console)).approval),
  'approval-approving': async (stage) => {
    const page = await review(stage, MIRA, (await differing(stage.console)).approval);
    await choice(page, 'Approve').check();
    return page;
  },
  'approval-editing': async (stage) => {
    const page = await review(stage, MIRA, (await payment(stage.console)).approval);
    await choice(page, 'Approve with edits').check();
    await args(page).fill('{\n  "amount": 180,\n  "to": "ACME"\n}');
    return page;
  },
  'approval-edited': async (stage) => {
    const story = await payment(stage.console);
    await stage.decide(ANA, story, { verdict: 'edit', edited_input: '{"amount": 180, "to": "ACME"}' });
    return review(stage, MIRA, story.approval);
  },
  'approval-items': async (stage) => {
    const story = await bills(stage.console);
    await stage.decide(TOMAS, story, {
      verdict: 'approve', 'item-0-id': 'pay-1', 'item-0': 'approve', 'item-1-id': 'pay-2', 'item-1': 'reject',
      'item-1-notes': 'Twice what was agreed.', 'item-2-id': 'pay-3', 'item-2': 'approve',
    });
    const page = await review(stage, ANA, story.approval);
    await choice(page, 'Approve').check();
    return page;
  },
  'approval-rejecting': async (stage) => {
    const page = await review(stage, MIRA, (await onboarding(stage.console)).approval);
    await choice(page, 'Reject').check();
    return page;
  },
  'approval-reason-missing': async (stage) => {
    const { approval } = await onboarding(stage.console);
    const page = await review(stage, MIRA, approval);
    await choice(page, 'Reject').check();
    await notes(page).fill('The limit is too high.');
    return refused(stage, page, 422, () => submitAsItStands(page));
  },
  'approval-own-request': async (stage) => review(stage, ROSA, (await onboarding(stage.console)).approval),
  'approval-own-agent': async (stage) => review(stage, DEV, (await onboarding(stage.console)).approval),
  'approval-not-entitled': async (stage) => review(stage, LENA, (await onboarding(stage.console)).approval),
  'approval-voted': async (stage) => {
    const story = await onboarding(stage.console);
    await stage.decide(ANA, story, APPROVE);
    return review(stage, ANA, story.approval);
  },
  'approval-conflict': conflict,
  'approval-conditions-changed': async (stage) => {
    const { agent, approval } = await payment(stage.console);
    const page = await review(stage, MIRA, approval);
    await agent.record({ status: 'FROZEN' }, 'led_9002');
    return refused(stage, page, 409, () => approve(page, 'Known customer.'));
  },
  'approval-stale-revision': async (stage) => {
    const page = await review(stage, MIRA, (await payment(stage.console)).approval);
    // What a page sends that was loaded before a newer revision came.
    await panel(page).locator('input[name=revision]').evaluate((input: HTMLInputElement) => (input.value = '7'));
    return refused(stage, page, 412, () => approve(page));
  },
  'approval-resuming': async (stage) => review(stage, MIRA, (await approved(stage, onboarding(stage.console))).approval),
  'approval-resumed': async (stage) =>
    review(stage, MIRA, (await ended(stage, { account_id: 'acct_90117', status: 'open' }, false)).approval),
  'approval-tool-failed': async (stage) =>
    review(stage, MIRA, (await ended(stage, { error: 'the core system is closed' }, true)).approval),
  'approval-void': async (stage) => {
    const { agent, approval } = await approved(stage, payment(stage.console));
    await agent.record({ status: 'FROZEN' }, 'led_9002');
    expect(await agent.check('pay-1', 'pay', { to: 'ACME', amount: 250 })).toMatchObject({ outcome: 'block' });
    return review(stage, MIRA, approval);
  },
  'approval-rejected': async (stage) => {
    const story = await onboarding(stage.console);
    await stage.decide(TOMAS, story, REJECT);
    return review(stage, MIRA, story.approval);
  },
  'approval-expired': async (stage) => {
    const { agent, approval } = await alert(stage.console);
    expect(await agent.wait(approval)).toMatchObject({ status: 'expired' });
    return review(stage, ANA, approval);
  },
  'runs': async (stage) => {
    await filledQueue(stage, MIRA, '/approvals');
    return see(stage, MIRA, '/runs');
  },
  'runs-empty': (stage) => see(stage, MIRA, '/runs'),
  'runs-no-match': async (stage) => {
    await note(stage.console);
    return see(stage, MIRA, '/runs?status=failed');
  },
  'audit': async (stage) => {
    await ended(stage, { account_id: 'acct_90117' }, false);
    return see(stage, MIRA, '/audit');
  },
  'audit-narrowed': async (stage) => {
    await ended(stage, { account_id: 'acct_90117' }, false);
    return see(stage, MIRA, '/audit?actor=people&outcome=approved&q=ana');
  },
  'audit-event': async (stage) => {
    await ended(stage, { account_id: 'acct_90117' }, false);
    const page = await see(stage, MIRA, '/audit?kind=decision.recorded');
    await page.getByRole('link', { name: /^Approved rev/ }).first().click();
    await page.getByRole('complementary', { name: 'Event' }).waitFor();
    return page;
  },
  'unknown-event': async (stage) => {
    stage.guard.allow(404, /\/audit\/999999$/);
    return see(stage, MIRA, '/audit/999999');
  },
  'run-waiting': async (stage) => see(stage, MIRA, `/runs/${(await onboarding(stage.console)).agent.run}`),
  'run-done': async (stage) =>
    see(stage, MIRA, `/runs/${(await ended(stage, { account_id: 'acct_90117' }, false)).agent.run}`),
};
