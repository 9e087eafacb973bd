// A workflow in stages, and the pages that show how far a run has come.
import type { Page } from '@playwright/test';
import { MIRA, NOOR, type Person } from './cast';
import type { Agent } from './agent';
import type { Stage } from './states';
import type { Story } from './stories';
import { type Console, expect, go } from './test';

export const PRODUCT = 'premium savings';
const SUBJECT = 'cust_457';
export const SET_UP = { customer_id: SUBJECT, product: PRODUCT };

/** An agent that has collected the customer's details and had the identity checked. */
export async function identified(console: Console): Promise<Agent> {
  const agent = await console.agent({ workflow: 'account-stages', subject: SUBJECT });
  const details = { name: 'Aarav Shah', dob: '1985-07-14', address: '1 Sea Road, Cork', product: PRODUCT };
  await agent.use('call-1', 'collect_info', details, details);
  await agent.use('call-2', 'verify_identity', { customer_id: SUBJECT }, { reference: 'jum_789xyz' });
  await agent.record({ kyc_status: 'PASSED' }, 'jum_789xyz');
  return agent;
}

/** The same for a high tier: the risk stage waits for two people. */
export async function inReview(console: Console): Promise<Story> {
  const agent = await identified(console);
  await agent.record({ risk_tier: 'high' }, 'ra_5513');
  const risk = (await agent.stages()).find((stage) => stage.id === 'risk_assessment');
  return { agent, approval: String(risk?.awaiting) };
}

/** The account was set up, the stage given up, and the account could not be closed. */
export async function stuck(console: Console): Promise<Agent> {
  const agent = await identified(console);
  await agent.record({ risk_tier: 'low' }, 'ra_5514');
  await agent.use('call-3', 'setup_account', SET_UP, { account_id: 'acct_90118' });
  const [undoing] = await agent.fail('account_setup', 'The card service did not answer.');
  await agent.compensated(undoing ?? '', 'failed', 'The core system is closed.');
  return agent;
}

async function see(stage: Stage, who: Person, path: string): Promise<Page> {
  const page = await stage.visit(who);
  await go(page, path);
  return page;
}

export const STAGE_STATES: Record<string, (stage: Stage) => Promise<Page>> = {
  'stage-review': async (stage) => see(stage, MIRA, `/approvals/${(await inReview(stage.console)).approval}`),
  'run-stages': async (stage) => see(stage, MIRA, `/runs/${(await inReview(stage.console)).agent.run}`),
  'run-stage-stuck': async (stage) => {
    const page = await see(stage, NOOR, `/runs/${(await stuck(stage.console)).run}`);
    await page.getByRole('region', { name: 'Handoffs' }).locator('summary').first().click();
    await expect(page.getByRole('button', { name: 'Record as undone' })).toBeVisible();
    return page;
  },
  'workflow-stages': (stage) => see(stage, NOOR, '/workflows/account-stages'),
};
