// Without script: sign in, read, decide. Plain forms do all of it, and the server checks what script would have.
import { ANA, MIRA, PASSWORD, TOMAS } from '../support/cast';
import { choice, notes, panel, send, sendTooEarly } from '../support/panel';
import { differing, note, onboarding } from '../support/stories';
import { SIZES, expect, test } from '../support/test';

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`from sign-in to the result without script (${size})`, async ({ console, visit }) => {
    const { agent, approval } = await note(console);
    const outcome = agent.wait(approval);
    const page = await visit(null, { viewport, javaScriptEnabled: false });

    await page.goto('/approvals');
    await page.getByLabel('Email').fill(ANA.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(`${console.url}/approvals`);

    await page.getByRole('link', { name: /Called the customer back/ }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Called the customer back');
    await expect(page.getByRole('region', { name: 'Proposed action' })).toContainText('Called the customer back');
    const facts = page.getByRole('table', { name: 'Gate evidence' });
    await expect(facts.getByRole('row').last()).toContainText('review one');

    await expect(notes(page)).toBeHidden();
    await choice(page, 'Approve').check();
    await expect(notes(page)).toBeVisible();
    await notes(page).fill('Fine.');
    await send(page).click();
    await expect(page).toHaveURL(`${console.url}/approvals/${approval}`);
    await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();
    expect(await outcome).toMatchObject({ status: 'approved' });

    await agent.check('note-1', 'note', { text: 'Called the customer back' });
    await agent.report('note-1', 'note', 'stored');
    await panel(page).getByRole('link', { name: 'Refresh' }).click();
    await expect(panel(page)).toContainText('Resumed and done');
    await expect(panel(page).getByRole('link', { name: 'Refresh' })).toHaveCount(0);

    await page.getByRole('link', { name: 'Approvals', exact: true }).click();
    await expect(page.getByText('1 was decided today.')).toBeVisible();
  });
}

test('rejecting without script: the reason is asked for by the server', async ({ console, guard, visit }) => {
  const { agent, approval } = await onboarding(console);
  const page = await visit(TOMAS, { javaScriptEnabled: false });
  guard.allow(422, /\/decide$/);
  await page.goto(`/approvals/${approval}`);

  await choice(page, 'Reject').check();
  await notes(page).fill('Ask for the signed mandate.');
  await send(page).click();
  const message = panel(page).getByRole('alert');
  await expect(message).toContainText(/reason/i);
  await expect(choice(page, 'Reject')).toBeChecked();
  // Text between the tags of a text area is not escaped, so that the draft stands beside it.
  await expect(panel(page)).toContainText('Your draft');
  await expect(panel(page)).toContainText('Ask for the signed mandate.');

  await panel(page).getByText('Missing evidence', { exact: true }).click();
  await notes(page).fill('Ask for the signed mandate.');
  await send(page).click();
  await expect(panel(page).getByRole('heading', { name: 'Rejected' })).toBeVisible();
  expect(await agent.wait(approval)).toMatchObject({ status: 'rejected', reason_code: 'missing_evidence' });
});

test('differences must be confirmed, with script and without', async ({ console, guard, visit }) => {
  const { approval } = await differing(console);
  const page = await visit(MIRA, { javaScriptEnabled: false });
  guard.allow(422, /\/decide$/);
  await page.goto(`/approvals/${approval}`);

  const table = page.getByRole('table', { name: /1 of 2 assertions differs/ });
  await expect(table).toContainText('“ACME Holding”');
  await expect(table).toContainText('"Northwind Ltd"');
  await expect(table).toContainText('core_ledger');

  await choice(page, 'Approve').check();
  await notes(page).fill('Seen.');
  await send(page).click();
  const box = panel(page).getByRole('checkbox');
  await expect(box).toHaveAccessibleDescription(/Confirm that you have seen what differs/);
  await expect(choice(page, 'Approve')).toBeChecked();
  await expect(panel(page)).toContainText('Seen.');

  await box.check();
  await send(page).click();
  await expect(panel(page).getByText('You approved for compliance')).toBeVisible();

  const second = await visit(TOMAS);
  await second.goto(`/approvals/${approval}`);
  await choice(second, 'Approve').check();
  await expect(panel(second).getByRole('link', { name: 'Confirm the difference' })).toBeVisible();
  await sendTooEarly(second);
  await expect(panel(second).getByRole('checkbox')).toBeFocused();
  await panel(second).getByRole('checkbox').check();
  await send(second).click();
  await expect(panel(second).getByRole('heading', { name: 'Approved' })).toBeVisible();
});
