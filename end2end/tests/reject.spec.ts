// Rejecting: a reason is asked for, what was typed is never lost, and the agent reads the words as written.
import { ANA, MIRA, TOMAS } from '../support/cast';
import { approve, choice, notes, panel, reject, send, sendTooEarly, submitAsItStands } from '../support/panel';
import { ACCOUNT, onboarding } from '../support/stories';
import { SIZES, deaf, expect, go, hydrated, test } from '../support/test';

const WORDS = 'The limit is too high for a first account.\nAsk for the signed mandate & try again <soon>.';

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`a reason is needed, then the agent reads it (${size})`, async ({ console, visit }) => {
    const { agent, approval } = await onboarding(console);
    const outcome = agent.wait(approval);
    const page = await visit(MIRA, { viewport });
    await go(page, `/approvals/${approval}`);

    await expect(send(page)).toHaveText('Choose a decision');
    await choice(page, 'Reject').check();
    await expect(send(page)).toContainText('Reject and tell the agent');
    await expect(panel(page).getByRole('link', { name: 'Choose a reason' })).toBeVisible();
    await notes(page).fill(WORDS);
    await expect(panel(page).getByRole('link', { name: 'Say why' })).toHaveCount(0);

    // With script the button leads to what is missing, and nothing is sent.
    await sendTooEarly(page);
    await expect(panel(page).getByRole('radio', { name: 'Identity doubt' })).toBeFocused();
    await expect(notes(page)).toHaveValue(WORDS);

    await panel(page).getByText('Over limit', { exact: true }).click();
    await send(page).click();
    await expect(panel(page).getByRole('heading', { name: 'Rejected' })).toBeVisible();
    await expect(panel(page).getByText('Nothing ran')).toBeVisible();
    await expect(panel(page)).toContainText('over_limit');
    await expect(panel(page).getByText('Ask for the signed mandate & try again <soon>.')).toBeVisible();

    expect(await outcome).toMatchObject({ status: 'rejected', reason_code: 'over_limit', notes: WORDS });
    const again = await agent.check('call-3', 'setup_account', ACCOUNT);
    expect(again.outcome).toBe('block');
    expect(again.error).toContain('Ask for the signed mandate & try again <soon>.');
  });
}

test('the server says at the field what is missing, and keeps the draft', async ({ console, guard, visit }) => {
  const { approval } = await onboarding(console);
  const page = await visit(MIRA);
  guard.allow(422, /\/decide$/);
  await go(page, `/approvals/${approval}`);
  await choice(page, 'Reject').check();
  await notes(page).fill(WORDS);
  // As if the page's own check had not run: the form goes to the server as it stands.
  await submitAsItStands(page);

  await expect(panel(page).getByRole('alert')).toBeVisible();
  await hydrated(page);
  await expect(page).toHaveURL(`${console.url}/approvals/${approval}`);
  await expect(choice(page, 'Reject')).toBeChecked();
  await expect(notes(page)).toHaveValue(WORDS);
  await expect(panel(page).getByRole('group', { name: /^Reason/ })).toHaveAccessibleDescription(/reason/i);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test('two reviewers at once: one wins, the other keeps the draft', async ({ console, guard, visit }) => {
  const { approval } = await onboarding(console);
  const [mira, tomas] = [await deaf(await visit(MIRA)), await visit(TOMAS)];
  await Promise.all([go(mira, `/approvals/${approval}`), go(tomas, `/approvals/${approval}`)]);

  await reject(tomas, 'Identity doubt', 'The passport is out of date.');
  await expect(panel(tomas).getByRole('heading', { name: 'Rejected' })).toBeVisible();

  guard.allow(409, /\/decide$/);
  const draft = 'Looked at the extract: it matches.';
  await approve(mira, draft);
  const alert = panel(mira).getByRole('alert');
  await expect(alert).toContainText('Your decision was not applied');
  await expect(alert).toContainText('Tomás Lindqvist rejected rev 1 for risk');
  await expect(panel(mira)).toContainText('Yours, not stored');
  await expect(panel(mira)).toContainText(draft);
  await expect(panel(mira).getByRole('radio')).toHaveCount(0);
  await hydrated(mira);
  await expect(mira).toHaveURL(`${console.url}/approvals/${approval}`);
});

test('a seat that somebody else has filled is not filled twice', async ({ console, visit }) => {
  const { approval } = await onboarding(console);
  const [mira, ana] = [await visit(MIRA), await visit(ANA)];
  await Promise.all([go(mira, `/approvals/${approval}`), go(ana, `/approvals/${approval}`)]);
  await approve(ana);
  await expect(panel(ana).getByText('You approved for compliance')).toBeVisible();
  // Mira belongs to both groups, so her approval takes the seat that is left.
  await approve(mira);
  await expect(panel(mira).getByRole('heading', { name: 'Approved' })).toBeVisible();
  await expect(panel(mira)).toContainText('risk 1/1');
});
