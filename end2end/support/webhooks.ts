// Sessions that are woken by webhook, with a receiver that refuses: what people see of it.
import type { Page } from '@playwright/test';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addEndpoint } from './admin';
import { ANA, MIRA, NOOR } from './cast';
import { panel } from './panel';
import type { Stage } from './states';
import type { Story } from './stories';
import { expect, go } from './test';

/** A receiver on this machine that answers everything with 503; it ends with the process that started it. */
export async function refusing(body = 'The queue is full'): Promise<string> {
  const receiver = createServer((_, answer) => answer.writeHead(503).end(body));
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready));
  receiver.unref();
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks/countersign`;
}

/** An approved call whose session cannot be woken. */
async function stuck(stage: Stage): Promise<Story> {
  const admin = await stage.visit(NOOR);
  await addEndpoint(admin, 'support-agent', await refusing());
  const resume = { via: 'webhook', endpoint: 'support-agent' };
  const agent = await stage.console.agent({ workflow: 'payments', subject: 'acc_4410', resume });
  const story = { agent, approval: await agent.suspend('note-1', 'note', { text: 'Refund 40.00 EUR for the delayed flight' }) };
  await stage.decide(ANA, story, { verdict: 'approve', confirmed: 'yes' });
  const page = await stage.visit(MIRA);
  await go(page, `/approvals/${story.approval}`);
  await expect(panel(page).getByText('The session was not resumed')).toBeVisible();
  await page.close();
  return story;
}

async function administer(stage: Stage, path: string): Promise<Page> {
  await stuck(stage);
  const page = await stage.visit(NOOR);
  await go(page, path);
  return page;
}

export const WEBHOOK_STATES: Record<string, (stage: Stage) => Promise<Page>> = {
  'approval-resumption-failed': async (stage) => {
    const { approval } = await stuck(stage);
    const page = await stage.visit(MIRA);
    await go(page, `/approvals/${approval}`);
    await panel(page).getByText(/^Attempt log/).click();
    return page;
  },
  'queue-resumption-failed': async (stage) => {
    const { agent } = await stuck(stage);
    await agent.suspend('note-2', 'note', { text: 'Call the customer back' });
    const page = await stage.visit(MIRA);
    await go(page, '/approvals');
    return page;
  },
  'admin-endpoints': (stage) => administer(stage, '/admin/endpoints'),
  'admin-endpoints-none': async (stage) => {
    const page = await stage.visit(NOOR);
    await go(page, '/admin/endpoints');
    return page;
  },
  'admin-endpoint-made': async (stage) => {
    const page = await stage.visit(NOOR);
    await addEndpoint(page, 'support-agent', await refusing());
    return page;
  },
  'admin-deliveries': (stage) => administer(stage, '/admin/deliveries'),
  'admin-deliveries-none': async (stage) => {
    const page = await stage.visit(NOOR);
    await go(page, '/admin/deliveries');
    return page;
  },
};
