// How agents come to need people: the beginnings most journeys share.
import { Agent } from './agent';
import type { Console } from './test';

export interface Story {
  readonly agent: Agent;
  readonly approval: string;
}

export const ACCOUNT = { customer_id: 'cust_456', product: 'business current' };

/** A high-risk customer has passed the identity check, and the agent wants to set the account up. */
export async function onboarding(console: Console): Promise<Story> {
  const subject = ACCOUNT.customer_id;
  const agent = await console.agent({ workflow: 'financial-onboarding', subject });
  const details = { name: 'Jane Smith', dob: '1987-04-12', address: '12 Quay Street, Cork', product: ACCOUNT.product };
  await agent.use('call-1', 'collect_info', details, details);
  await agent.record({ kyc_status: 'PASSED', risk_tier: 'high' }, 'kyc_20261121_07');
  await agent.use('call-2', 'verify_identity', { customer_id: subject }, { ok: true });
  const approval = await agent.suspend('call-3', 'setup_account', ACCOUNT);
  return { agent, approval };
}

/** The same, where the agent said something else than is recorded. */
export async function differing(console: Console): Promise<Story> {
  const agent = await console.agent({ workflow: 'payments', subject: 'acc_1' });
  await agent.record({ status: 'OPEN', owner: 'Northwind Ltd' });
  await agent.assert({ owner: 'ACME Holding', status: 'OPEN' }, 'The account belongs to ACME Holding.');
  return { agent, approval: await agent.suspend('pay-1', 'pay', { to: 'ACME', amount: 2500 }) };
}

/** A payment that needs two groups. */
export async function payment(console: Console, subject = 'acc_1', requestedBy?: string): Promise<Story> {
  const agent = await console.agent({ workflow: 'payments', subject, requestedBy });
  await agent.record({ status: 'OPEN' });
  return { agent, approval: await agent.suspend('pay-1', 'pay', { to: 'ACME', amount: 250 }) };
}

/** Three payments that are asked about together, and need two groups. */
export async function bills(console: Console, to = 'ACME'): Promise<Story> {
  const agent = await console.agent({ workflow: 'payments', subject: 'acc_1' });
  await agent.record({ status: 'OPEN' });
  const pay = (number: number, amount: number) => ({ tool: 'pay', input: { to, amount }, tool_use_id: `pay-${number}` });
  return { agent, approval: await agent.askAbout('The bills of May are due.', [pay(1, 250), pay(2, 900), pay(3, 4000)]) };
}

/** A note that needs one person of compliance. */
export async function note(console: Console, subject = 'acc_2', text = 'Called the customer back'): Promise<Story> {
  const agent = await console.agent({ workflow: 'payments', subject });
  return { agent, approval: await agent.suspend('note-1', 'note', { text }) };
}

/** An alert that nobody answers within its eight seconds. */
export async function alert(console: Console): Promise<Story> {
  const agent = await console.agent({ workflow: 'payments', subject: 'acc_3' });
  return { agent, approval: await agent.suspend('alert-1', 'alert', { text: 'Balance below zero' }) };
}
