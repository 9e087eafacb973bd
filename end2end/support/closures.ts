// What follows an approval by itself, and what of it needs a person: stories and the states of their pages.
import type { Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANA, NOOR, PAYMENTS, type Person } from './cast';
import { SAMPLE_STATES } from './samples';
import type { Stage } from './states';
import { confirmed } from './workflows';
import { type Console, type Decide, expect, go } from './test';

/** A note that was approved is filed, and its case is brought to what was decided in a tracker that nobody has registered. */
const CLOSING = `${PAYMENTS.replace('name: payments', 'name: closing').replace('title: Payments', 'title: Closing')}
closure:
  - id: file_note
    after: approval.approved
    where: 'approval.gate == "notes"'
    steps:
      - { id: packet, kind: archive_link, target: archive, record: '{{run.subject}}.json', set: { approval: '{{approval.id}}' } }
      - { id: sync_case, kind: status_sync, target: tracker, record: 'cases/{{run.subject}}', set: { status: '{{approval.status}}' } }
`;

/** Registers the archive and publishes the policy, which an administrator confirms since it writes elsewhere. */
export async function prepared(console: Console): Promise<void> {
  const [archive, file] = [join(console.data, 'archive'), join(console.data, 'closing.yaml')];
  mkdirSync(archive, { recursive: true });
  writeFileSync(file, CLOSING);
  console.command('target', 'add', '--name', 'archive', '--url', `file://${archive}`, '--kind', 'archive');
  console.command('workflow', 'publish', file);
  await confirmed(console.url, NOOR, 'closing', 1);
}

/** A closure that filed its packet and needs a person for the rest; gives its id. */
export async function closed(console: Console, decide: Decide, subject = 'acc_2'): Promise<string> {
  const agent = await console.agent({ workflow: 'closing', subject });
  const approval = await agent.suspend('note-1', 'note', { text: 'Called the customer back' });
  await decide(ANA, { agent, approval }, { verdict: 'approve', confirmed: 'yes' });
  await expect.poll(async () => (await agent.closures()).map((one) => one.status)).toEqual(['partial']);
  return (await agent.closures())[0].closure_id;
}

/** Somebody writes over what a closure has filed. */
export function overwritten(console: Console, subject = 'acc_2'): void {
  writeFileSync(join(console.data, 'archive', `${subject}.json`), '{}');
}

/** A closure whose file was written over, and that was looked at since; gives the page of whoever looked. */
async function drifted(stage: Stage): Promise<Page> {
  const id = await stopped(stage);
  overwritten(stage.console);
  const page = await see(stage, NOOR, `/closures/${id}`);
  await page.getByRole('button', { name: 'Look now' }).click();
  await expect(page.getByText('Its records were looked at.')).toBeVisible();
  return page;
}

async function see(stage: Stage, who: Person, path: string): Promise<Page> {
  const page = await stage.visit(who);
  await go(page, path);
  return page;
}

async function stopped(stage: Stage): Promise<string> {
  await prepared(stage.console);
  return closed(stage.console, stage.decide);
}

/** Says how the follow-up of a receipt was settled. */
export async function resolve(page: Page, words: string, outcome = 'Try it again'): Promise<void> {
  await page.getByLabel('How it was settled').fill(words);
  await page.getByRole('radio', { name: outcome }).check();
  await page.getByRole('button', { name: 'Resolve follow-up' }).click();
  await expect(page.getByText('The follow-up is resolved.')).toBeVisible();
}

export const CLOSURE_STATES: Record<string, (stage: Stage) => Promise<Page>> = {
  ...SAMPLE_STATES,
  'closures': async (stage) => {
    await stopped(stage);
    await closed(stage.console, stage.decide, 'acc_3');
    return see(stage, ANA, '/closures');
  },
  'closures-empty': (stage) => see(stage, ANA, '/closures'),
  'closures-no-match': (stage) => see(stage, ANA, '/closures?status=running&workflow=payments'),
  'closures-follow-ups': async (stage) => {
    await stopped(stage);
    return see(stage, ANA, '/closures?view=follow-ups');
  },
  'closure': async (stage) => see(stage, ANA, `/closures/${await stopped(stage)}`),
  'closure-resolved': async (stage) => {
    const page = await see(stage, ANA, `/closures/${await stopped(stage)}`);
    await resolve(page, 'The case was closed by hand.');
    return page;
  },
  'closure-dry-run': async (stage) => {
    const page = await see(stage, NOOR, `/closures/${await stopped(stage)}`);
    await page.getByRole('button', { name: 'Dry run' }).click();
    await expect(page.getByRole('region', { name: 'Dry run' })).toBeVisible();
    return page;
  },
  'closures-drift': async (stage) => {
    const page = await drifted(stage);
    await go(page, '/closures?view=drift');
    return page;
  },
  'closures-drift-empty': (stage) => see(stage, ANA, '/closures?view=drift'),
  'closure-drifted': drifted,
  'unknown-closure': async (stage) => {
    stage.guard.allow(404, /\/closures\/clo_x$/);
    return see(stage, ANA, '/closures/clo_x');
  },
};
