// Cases that were handed over to people, and the states of their pages.
import type { Page } from '@playwright/test';
import { MIRA, PRIYA, type Person } from './cast';
import type { Stage } from './states';
import { type Console, expect, go } from './test';

/** What an agent hands over. */
export const HARTLEY = {
  customer_id: 'cust_1190',
  root_cause_analysis: 'A tariff table published on 3 November carried last year’s fuel surcharge. The March credit note was never posted.',
  refund_amount: { amount: '4280.00', currency: 'USD' },
  recommended_action: 'Refund $4,280.00 in one payment and post credit note cn_88120.',
  concerns: [
    { title: 'Wrong fuel surcharge', kind: 'overcharged', refs: ['INV-30817', 'calc_5501'] },
    { title: 'Wrong fuel surcharge, second depot', kind: 'overcharged', refs: ['INV-30822'] },
    { title: 'Billed twice', kind: 'duplicate', refs: ['INV-29904', 'cn_88120'] },
  ],
};

/** A case without money or concerns. */
export const BRAMBLE = {
  customer_id: 'cust_308',
  root_cause_analysis: 'Three accounts match, and none of them has the phone number that called.',
  refund_amount: null,
  recommended_action: 'Call back and identify the account holder.',
};

/** An agent that hands over both; gives their ids. */
export async function escalated(console: Console): Promise<[string, string]> {
  const agent = await console.agent({ workflow: 'payments', subject: 'acc_7' });
  return [await agent.escalate(HARTLEY), await agent.escalate(BRAMBLE)];
}

async function see(stage: Stage, who: Person, path: string): Promise<Page> {
  const page = await stage.visit(who);
  await go(page, path);
  return page;
}

export const ESCALATION_STATES: Record<string, (stage: Stage) => Promise<Page>> = {
  'escalations': async (stage) => {
    await escalated(stage.console);
    return see(stage, MIRA, '/escalations');
  },
  'escalations-empty': (stage) => see(stage, MIRA, '/escalations'),
  'escalation-open': async (stage) => see(stage, PRIYA, `/escalations/${(await escalated(stage.console))[0]}`),
  'escalation-resolved': async (stage) => {
    const [id] = await escalated(stage.console);
    const page = await see(stage, PRIYA, `/escalations/${id}`);
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await expect(page.getByText('You have taken it up.')).toBeVisible();
    await page.getByLabel('How it was settled').fill('Refunded in one payment; credit note posted.');
    await page.getByRole('button', { name: 'Resolve', exact: true }).click();
    await expect(page.getByText('It is resolved.')).toBeVisible();
    return page;
  },
};
