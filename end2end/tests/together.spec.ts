// Three people at once: somebody is away and has a delegate, nobody decides for long, and a question comes between.
import { ANA, DEV, LENA, NOOR, PAYMENTS, TOMAS } from '../support/cast';
import { approve, notes, panel } from '../support/panel';
import { expect, go, test } from '../support/test';
import { publish } from '../support/workflows';

const RAISING = PAYMENTS.replace('deadline: { expire: 24h }', 'deadline: { raise: { after: 3s, to: support }, expire: 24h }').replace(
  'exclude: [requester, agent_owner, previous_approver]',
  'exclude: [requester, previous_approver]',
);

const today = (): string => new Date().toISOString().slice(0, 10);

test('a question, a raised deadline and a delegate end in one approval', async ({ console, visit }) => {
  // Five people's pages, one after another.
  test.slow();
  await publish(await visit(NOOR), RAISING, 2);
  const tomas = await visit(TOMAS);
  await go(tomas, '/profile');
  await tomas.getByText('Name a delegate').click();
  await tomas.getByLabel('Who decides meanwhile').fill(DEV.email);
  await tomas.getByLabel('Last day').fill(today());
  await tomas.getByRole('button', { name: 'Set the delegate' }).click();
  await expect(tomas.getByRole('region', { name: 'Out of office' })).toContainText('Away now');

  const agent = await console.agent({ workflow: 'payments', subject: 'acc_1' });
  await agent.record({ status: 'OPEN' });
  const approval = await agent.suspend('call-1', 'pay', { to: 'ACME', amount: 250 });
  const [ana, lena, dev] = [await visit(ANA), await visit(LENA), await visit(DEV)];
  for (const page of [ana, lena, dev]) await go(page, `/approvals/${approval}`);

  // Ana wants to know more. Nobody approves before there is an answer, and the others are told so at once.
  await panel(ana).getByRole('radio', { name: /^Ask for information/ }).check();
  await notes(ana).fill('Which invoice is this?');
  await panel(ana).getByRole('button', { name: 'Send the question' }).click();
  await expect(panel(ana).getByRole('heading', { name: 'Waits for information' }).first()).toBeVisible();
  for (const page of [lena, dev]) {
    await page.reload();
    await expect(panel(page)).toContainText('Which invoice is this?');
  }
  await agent.inform(approval, 'Invoice 2026-118.', { invoice: '2026-118' });

  // Nobody decides: after three seconds of asking, the people of support may. Lena fills the seat of compliance.
  await expect(async () => {
    await go(lena, `/approvals/${approval}`);
    await expect(panel(lena)).toContainText('Raised to support', { timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await expect(lena.getByRole('region', { name: 'Information' })).toContainText('Invoice 2026-118.');
  await expect(panel(lena).getByRole('heading', { name: 'Decide for compliance' })).toBeVisible();
  await approve(lena, 'The invoice is right.');
  await expect(panel(lena).getByText('You approved for compliance')).toBeVisible();

  // Dev's own seat is taken now; he stands in for Tomás, who is away.
  await go(dev, `/approvals/${approval}`);
  await expect(panel(dev).getByRole('heading', { name: 'Decide for risk in the place of Tomás Lindqvist' })).toBeVisible();
  await approve(dev);
  await expect(panel(dev).getByRole('heading', { name: 'Approved', exact: true })).toBeVisible();

  await go(ana, `/approvals/${approval}`);
  await expect(panel(ana)).toContainText('Lena Vogt of support approved');
  await expect(panel(ana)).toContainText('Dev Patel (for Tomás Lindqvist) approved');
  const activity = ana.getByRole('region', { name: 'Activity' });
  for (const told of ['Which invoice is this?', 'Raised to support', 'as one of support']) await expect(activity).toContainText(told);
  expect(await agent.wait(approval)).toMatchObject({ status: 'approved', notes: 'The invoice is right.' });
  expect(await agent.check('call-1', 'pay', { to: 'ACME', amount: 250 })).toMatchObject({ outcome: 'allow' });
});
