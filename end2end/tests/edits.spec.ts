// Approving with edits: the reviewer writes other arguments, the gates check them, and the agent runs what was written.
import { ANA, TOMAS } from '../support/cast';
import { approve, args, choice, panel, send, sendTooEarly } from '../support/panel';
import { payment } from '../support/stories';
import { SIZES, expect, go, hydrated, test } from '../support/test';

const LESS = '{\n  "amount": 180,\n  "to": "ACME"\n}';

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`an edit is decided anew, and runs as it was written (${size})`, async ({ console, visit }) => {
    const { agent, approval } = await payment(console);
    const tomas = await visit(TOMAS, { viewport });
    await go(tomas, `/approvals/${approval}`);
    await approve(tomas);
    await expect(panel(tomas).getByText('You approved for risk')).toBeVisible();

    const ana = await visit(ANA, { viewport });
    await go(ana, `/approvals/${approval}`);
    await choice(ana, 'Approve with edits').check();
    await expect(args(ana)).toHaveValue('{\n  "amount": 250,\n  "to": "ACME"\n}');
    await expect(panel(ana).getByRole('link', { name: 'Change an argument' })).toBeVisible();
    await args(ana).fill('{ "amount": ');
    await sendTooEarly(ana);
    await expect(args(ana)).toBeFocused();
    await args(ana).fill(LESS);
    await expect(panel(ana)).toContainText('earlier votes count no more');
    await send(ana).click();
    await expect(panel(ana).getByText('You approved for compliance')).toBeVisible();
    const action = ana.getByRole('region', { name: 'Proposed action' });
    await expect(action).toContainText('Edited by Ana Ruiz');
    await expect(action).toContainText('was "amount": 250');
    await expect(action).toContainText('is "amount": 180');
    await expect(ana.getByRole('region', { name: 'Activity' })).toContainText('edited the call, the package is rev 2');

    // The colleague is told that what they approved is no longer what waits.
    await tomas.reload();
    await hydrated(tomas);
    await expect(tomas.getByRole('region', { name: 'Proposed action' })).toContainText('Edited by Ana Ruiz');
    await approve(tomas);
    await expect(panel(tomas).getByRole('heading', { name: 'Approved', exact: true })).toBeVisible();
    expect(await agent.wait(approval)).toMatchObject({ status: 'approved', edited_input: { amount: 180, to: 'ACME' } });
    const allowed = await agent.check('pay-1', 'pay', { to: 'ACME', amount: 250 });
    expect(allowed).toMatchObject({ outcome: 'allow', updated_input: { amount: 180, to: 'ACME' } });
  });
}

for (const javaScriptEnabled of [true, false]) {
  test(`what a gate blocks is said at the field (${javaScriptEnabled ? 'with' : 'without'} script)`, async ({ console, guard, visit }) => {
    const { approval } = await payment(console);
    const page = await visit(ANA, { javaScriptEnabled });
    guard.allow(422, /\/decide$/);
    await page.goto(`/approvals/${approval}`);
    if (javaScriptEnabled) await hydrated(page);
    await choice(page, 'Approve with edits').check();
    const wrong = '{\n  "amount": "a lot </textarea>",\n  "to": "ACME"\n}';
    await args(page).fill(wrong);
    await send(page).click();
    await expect(panel(page).getByRole('alert')).toContainText('a gate blocks the edited call', { ignoreCase: true });
    if (javaScriptEnabled) await hydrated(page);
    await expect(choice(page, 'Approve with edits')).toBeChecked();
    await expect(args(page)).toHaveValue(wrong);
    await args(page).fill(LESS);
    await send(page).click();
    await expect(panel(page).getByText('You approved for compliance')).toBeVisible();
  });
}

test('by keyboard: e chooses to edit', async ({ console, visit }) => {
  const { approval } = await payment(console);
  const page = await visit(ANA);
  await go(page, `/approvals/${approval}`);
  await page.keyboard.press('e');
  await expect(choice(page, 'Approve with edits')).toBeChecked();
  await args(page).fill(LESS);
  // What is being edited survives a reload.
  await page.reload();
  await hydrated(page);
  await expect(args(page)).toHaveValue(LESS);
});
