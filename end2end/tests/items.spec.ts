// Several calls that an agent asks about together: people say yes or no to each, and each runs once.
import type { Page } from '@playwright/test';
import { ANA, TOMAS } from '../support/cast';
import { choice, notes, panel, send, sendTooEarly } from '../support/panel';
import { bills } from '../support/stories';
import { SIZES, expect, go, hydrated, test } from '../support/test';

const item = (page: Page, number: number) => page.getByRole('region', { name: 'Items' }).getByRole('article').nth(number - 1);
const say = (page: Page, number: number, word: 'Approve' | 'Reject') => item(page, number).getByRole('radio', { name: word });
const words = (page: Page, number: number) => item(page, number).getByRole('textbox');

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`several calls get a verdict each (${size})`, async ({ console, visit }) => {
    const { agent, approval } = await bills(console);
    const [ana, tomas] = [await visit(ANA, { viewport }), await visit(TOMAS, { viewport })];
    for (const page of [ana, tomas]) await go(page, `/approvals/${approval}`);
    await choice(ana, 'Approve').check();
    await expect(panel(ana).getByRole('link', { name: 'Decide on 3 items' })).toBeVisible();
    for (const number of [1, 3]) await say(ana, number, 'Approve').check();
    await expect(panel(ana).getByRole('link', { name: 'Decide on 1 item' })).toBeVisible();
    await sendTooEarly(ana);
    await say(ana, 2, 'Reject').check();
    await words(ana, 2).fill('Twice what was agreed.');
    await expect(panel(ana).getByRole('link', { name: /Decide on/ })).toHaveCount(0);
    // What was said about items is kept like everything else that was typed.
    await ana.reload();
    await hydrated(ana);
    await expect(say(ana, 2, 'Reject')).toBeChecked();
    await expect(words(ana, 2)).toHaveValue('Twice what was agreed.');
    await send(ana).click();
    await expect(panel(ana).getByText('You approved for compliance')).toBeVisible();
    await expect(item(ana, 2)).toContainText('Ana Ruiz rejects: “Twice what was agreed.”');

    // The colleague sees what she said, and says otherwise about the third.
    await expect(item(tomas, 2)).toContainText('Ana Ruiz rejects');
    await choice(tomas, 'Approve').check();
    for (const number of [1, 2]) await say(tomas, number, 'Approve').check();
    await say(tomas, 3, 'Reject').check();
    await words(tomas, 3).fill('Above the limit.');
    await expect(send(tomas)).toContainText('Approve the chosen items');
    await send(tomas).click();
    await expect(panel(tomas).getByRole('heading', { name: 'Approved', exact: true })).toBeVisible();
    await expect(item(tomas, 1)).toContainText('Approved');
    await expect(item(tomas, 2)).toContainText('Rejected');

    expect(await agent.wait(approval)).toMatchObject({
      status: 'approved',
      items: [
        { tool_use_id: 'pay-1', verdict: 'approve' },
        { tool_use_id: 'pay-2', verdict: 'reject', notes: 'Twice what was agreed.' },
        { tool_use_id: 'pay-3', verdict: 'reject', notes: 'Above the limit.' },
      ],
    });
    expect(await agent.check('pay-1', 'pay', { to: 'ACME', amount: 250 })).toMatchObject({ outcome: 'allow' });
    const blocked = await agent.check('pay-2', 'pay', { to: 'ACME', amount: 900 });
    expect(blocked).toMatchObject({ outcome: 'block', error: 'approval_rejected: Twice what was agreed.' });
  });
}

test('items are decided without script, and nothing typed is lost', async ({ console, guard, visit }) => {
  const { agent, approval } = await bills(console);
  const page = await visit(ANA, { javaScriptEnabled: false });
  guard.allow(422, /\/decide$/);
  await page.goto(`/approvals/${approval}`);
  await choice(page, 'Approve').check();
  await say(page, 1, 'Approve').check();
  await say(page, 2, 'Reject').check();
  await words(page, 2).fill('No.');
  await notes(page).fill('Two of three.');
  await send(page).click();
  await expect(panel(page).getByRole('alert')).toContainText('decide on item 3 as well', { ignoreCase: true });
  await expect(say(page, 2, 'Reject')).toBeChecked();
  await expect(words(page, 2)).toHaveValue('No.');
  await expect(panel(page)).toContainText('Two of three.');
  await say(page, 3, 'Approve').check();
  await send(page).click();
  await expect(panel(page).getByText('You approved for compliance')).toBeVisible();
  expect(await agent.check('pay-3', 'pay', { to: 'ACME', amount: 4000 })).toMatchObject({ outcome: 'suspend' });
});
