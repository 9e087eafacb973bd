// Closures that nobody was needed for, and that process owners look at: stories and the states of their pages.
import type { Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANA, IVO, MIRA, NOOR, PAYMENTS, type Person } from './cast';
import type { Stage } from './states';
import { confirmed } from './workflows';
import { type Console, type Decide, expect, go } from './test';

/** A note that was approved is filed, and compliance looks at some of what was. */
const SAMPLED = `${PAYMENTS.replace('name: payments', 'name: sampled').replace('title: Payments', 'title: Sampled')}
closure:
  - id: file_note
    after: approval.approved
    where: 'approval.gate == "notes"'
    sample: { one_in: 20, by: compliance }
    steps:
      - { id: packet, kind: archive_link, target: archive, record: '{{run.subject}}.json', set: { approval: '{{approval.id}}' } }
`;

/** Registers the archive and publishes the policy, which an administrator confirms since it writes elsewhere. */
export async function prepared(console: Console): Promise<void> {
  const [archive, file] = [join(console.data, 'archive'), join(console.data, 'sampled.yaml')];
  mkdirSync(archive, { recursive: true });
  writeFileSync(file, SAMPLED);
  console.command('target', 'add', '--name', 'archive', '--url', `file://${archive}`, '--kind', 'archive');
  console.command('workflow', 'publish', file);
  await confirmed(console.url, NOOR, 'sampled', 1);
}

/** A closure of the sample: the first of its policy, which Ana's decision has set going. Gives its id. */
export async function sampled(console: Console, decide: Decide, subject = 'acc_2'): Promise<string> {
  const agent = await console.agent({ workflow: 'sampled', subject });
  const approval = await agent.suspend('note-1', 'note', { text: 'Called the customer back' });
  await decide(ANA, { agent, approval }, { verdict: 'approve', confirmed: 'yes' });
  await expect.poll(async () => (await agent.closures()).map((one) => one.status)).toEqual(['completed']);
  return (await agent.closures())[0].closure_id;
}

/** Says of the sample that is open whether it is in order. */
export async function look(page: Page, verdict: 'In order' | 'Not in order', note = ''): Promise<void> {
  const sample = page.getByRole('region', { name: 'Sample' });
  await sample.getByRole('radio', { name: new RegExp(`^${verdict}`) }).check();
  if (note) await sample.getByLabel('Note', { exact: true }).fill(note);
  await sample.getByRole('button', { name: 'Store the verdict' }).click();
  await expect(page.getByText('What you said of the sample is stored.')).toBeVisible();
}

async function see(stage: Stage, who: Person, path: string): Promise<Page> {
  const page = await stage.visit(who);
  await go(page, path);
  return page;
}

async function drawn(stage: Stage): Promise<string> {
  await prepared(stage.console);
  return sampled(stage.console, stage.decide);
}

export const SAMPLE_STATES: Record<string, (stage: Stage) => Promise<Page>> = {
  'closures-samples-empty': (stage) => see(stage, ANA, '/closures?view=samples'),
  'closures-samples': async (stage) => {
    await drawn(stage);
    await sampled(stage.console, stage.decide, 'acc_3');
    return see(stage, MIRA, '/closures?view=samples');
  },
  'closure-sampled': async (stage) => see(stage, MIRA, `/closures/${await drawn(stage)}`),
  'closure-sampled-for-others': async (stage) => see(stage, IVO, `/closures/${await drawn(stage)}`),
  'closure-not-in-order': async (stage) => {
    const page = await see(stage, MIRA, `/closures/${await drawn(stage)}`);
    await look(page, 'Not in order', 'The packet belongs to another account.');
    return page;
  },
};
