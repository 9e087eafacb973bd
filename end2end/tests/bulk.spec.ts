// Several approvals decided at once: ticked, previewed, decided; what does not fit is named, what is stale fails alone.
import { ANA, MIRA } from '../support/cast';
import { type Console, WIDE, expect, go, reloaded, test } from '../support/test';
import type { Story } from '../support/stories';

/** Notes that wait, each in a run of its own; one message of the same gate, and a payment of high risk. */
async function waiting(console: Console): Promise<Story[]> {
  const stories: Story[] = [];
  for (const text of ['First note', 'Second note', 'Third note']) {
    const agent = await console.agent({ workflow: 'payments', subject: `acc_${stories.length}` });
    stories.push({ agent, approval: await agent.suspend('n-1', 'note', { text }) });
  }
  const other = await console.agent({ workflow: 'payments', subject: 'acc_8' });
  await other.suspend('m-1', 'message', { text: 'A message' });
  const high = await console.agent({ workflow: 'payments', subject: 'acc_9' });
  await high.record({ status: 'OPEN' });
  await high.suspend('p-1', 'pay', { to: 'ACME', amount: 5 });
  return stories;
}

test('rows are ticked by key and pointer, previewed and decided', async ({ console, visit, decide }) => {
  const stories = await waiting(console);
  const ana = await visit(ANA, { viewport: WIDE });
  await go(ana, '/approvals');
  await expect(ana.getByRole('checkbox', { name: /Pay 5 to ACME.*needs its own decision/ })).toBeDisabled();
  const bar = ana.getByRole('region', { name: 'Ticked approvals' });
  await expect(bar).toHaveCount(0);
  const tick = (text: string) => ana.getByRole('checkbox', { name: `Tick “${text}”` });
  // By key: the first row, then the next with Shift.
  await ana.getByRole('link', { name: /First note/ }).focus();
  await ana.keyboard.press('x');
  await ana.keyboard.press('Shift+J');
  await expect(bar).toContainText('2 selected');
  await expect(bar).toContainText('Same gate, low risk');
  await expect(tick('Second note')).toBeChecked();
  // What does not fit is named, and unticked from there.
  await tick('A message').click();
  await expect(bar).toContainText('“A message” has another risk');
  await expect(bar.getByRole('button', { name: 'Preview and decide' })).toBeDisabled();
  await bar.getByRole('button', { name: 'Untick it' }).click();
  await tick('Third note').click();
  await ana.keyboard.press('Shift+A');
  const dialog = ana.getByRole('dialog', { name: 'Decide together' });
  await expect(dialog.getByRole('listitem')).toHaveCount(3);
  await expect(dialog.getByText('rev 1')).toHaveCount(3);
  await dialog.getByLabel('Comment, the same for each').fill('All three are known.');
  await decide(MIRA, stories[1], { verdict: 'reject', notes: 'No.' });
  await reloaded(ana, () => dialog.getByRole('button', { name: 'Approve 3' }).click());
  await expect(ana.getByRole('status').filter({ hasText: '2 approved, 1 not' })).toBeVisible();
  await expect(ana.getByText(/Mira Okafor decided/)).toBeVisible();
  expect(await stories[0].agent.wait(stories[0].approval)).toMatchObject({ status: 'approved', notes: 'All three are known.' });
});

test('without script what is ticked is previewed and decided as well', async ({ console, visit }) => {
  const stories = await waiting(console);
  const ana = await visit(ANA, { viewport: WIDE, javaScriptEnabled: false });
  await ana.goto('/approvals');
  for (const text of ['First note', 'Second note']) await ana.getByRole('checkbox', { name: `Tick “${text}”` }).check();
  await ana.getByRole('button', { name: 'Preview what is ticked' }).click();
  await expect(ana.getByRole('button', { name: 'Approve 2' })).toBeVisible();
  await ana.getByRole('button', { name: 'Reject 2' }).click();
  await expect(ana.getByText('2 rejected')).toBeVisible();
  expect(await stories[1].agent.wait(stories[1].approval)).toMatchObject({ status: 'rejected' });
});
