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

const usd = (amount: string): { amount: string; currency: string } => ({ amount, currency: 'USD' });

/** The same case, its invoices looked into one by one before it is handed over. */
export async function investigated(console: Console, stated: string | null = '4280.00'): Promise<string> {
  const agent = await console.agent({ workflow: 'payments', subject: 'acc_7' });
  const found: [string, string, string, string, string, string][] = [
    ['Wrong fuel surcharge', 'INV-30817', '14960.00', '13920.00', '1040.00', '18 % applied, contract says 11 %.'],
    ['Wrong fuel surcharge, second depot', 'INV-30822', '9880.00', '9080.00', '800.00', 'Same table, second depot.'],
    ['Billed twice', 'INV-29904', '4880.00', '2440.00', '2440.00', 'The credit note was drafted, never posted.'],
  ];
  for (const [title, ref, charged, right, refund, text] of found) {
    const findings = { charged: usd(charged), should_be: usd(right), refund: usd(refund), reference: 'calc_5501', text };
    await agent.resolve({ title, kind: 'overcharged', refs: [ref] }, findings, 'Pay the difference back.');
  }
  await agent.unify('One refund of $4,280.00 for all three invoices.');
  await agent.record({ status: 'OPEN' });
  await agent.suspend('pay-1', 'pay', { to: 'Hartley Freight', amount: 4280 });
  const { concerns: _, ...summary } = HARTLEY;
  const told = 'We found errors on your invoices. A person is checking the refund.';
  return agent.escalate({ ...summary, told, refund_amount: stated === null ? null : usd(stated) });
}

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
  'escalation-findings': async (stage) => see(stage, PRIYA, `/escalations/${await investigated(stage.console)}`),
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
