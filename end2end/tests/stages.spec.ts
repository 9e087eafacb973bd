// A run goes through its stages: held, reviewed, handed over, undone, done again.
import { ANA, NOOR, TOMAS } from '../support/cast';
import { approve, panel, reject } from '../support/panel';
import { PRODUCT, SET_UP, inReview, stuck } from '../support/stages';
import { SIZES, expect, go, test } from '../support/test';

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`two people complete a stage, and the next one begins (${size})`, async ({ console, visit }) => {
    const { agent, approval } = await inReview(console);
    const [ana, tomas] = [await visit(ANA, { viewport }), await visit(TOMAS, { viewport })];
    expect(await agent.check('call-3', 'setup_account', SET_UP)).toMatchObject({ outcome: 'block' });
    const outcome = agent.wait(approval);

    await go(ana, `/approvals/${approval}`);
    await expect(ana.getByRole('heading', { level: 1 })).toHaveText(`Set up ${PRODUCT} account for Aarav Shah`);
    const handoff = ana.getByRole('region', { name: 'Handoff' });
    await expect(handoff).toContainText('risk_assessment');
    await expect(handoff).toContainText('account_setup');
    await expect(handoff).toContainText('"risk_tier": "high"');
    await expect(handoff).toContainText('"name": "Aarav Shah"');
    await expect(ana.getByRole('table', { name: 'Gate evidence' })).toContainText('risk_tier_set');
    await approve(ana, 'Source of funds is known.');
    await expect(panel(ana).getByText('You approved for compliance')).toBeVisible();

    await go(tomas, `/runs/${agent.run}`);
    const stages = tomas.getByRole('region', { name: 'Stages', exact: true });
    await expect(stages).toContainText('In review');
    await expect(stages).toContainText('human approval');
    await go(tomas, `/approvals/${approval}`);
    await panel(tomas).getByRole('radio', { name: /^Approve/ }).check();
    await expect(panel(tomas)).toContainText('Completes the stage risk_assessment and hands over to account_setup');
    await panel(tomas).getByRole('button', { name: 'Approve and complete the stage' }).click();
    expect(await outcome).toMatchObject({ status: 'approved' });
    await expect(panel(tomas)).toContainText('Stage complete, handoff issued');
    await agent.use('call-4', 'setup_account', SET_UP, { account_id: 'acct_90117' });
    await agent.use('call-5', 'send_welcome_email', { customer_id: SET_UP.customer_id }, { sent: true });

    await go(tomas, `/runs/${agent.run}`);
    await expect(tomas.getByText('Completed').first()).toBeVisible();
    await expect(stages.getByText('Done')).toHaveCount(5);
    await expect(tomas.getByRole('region', { name: 'Handoffs' }).getByRole('listitem')).toHaveCount(5);
    await expect(tomas.getByRole('region', { name: 'Timeline' })).toContainText('Every stage is complete');
  });
}

test('a rejected stage is to be done again, and says so', async ({ console, visit }) => {
  const { agent, approval } = await inReview(console);
  const ana = await visit(ANA);
  await go(ana, `/approvals/${approval}`);
  await reject(ana, 'Identity doubt', 'The photo is another man’s.');
  await expect(panel(ana)).toContainText('The stage is not complete');
  await go(ana, `/runs/${agent.run}`);
  const attempts = ana.getByRole('region', { name: 'Attempts' });
  await expect(attempts).toContainText('Rolled back');
  await expect(attempts).toContainText('The photo is another man’s.');
});

test('what a harness could not undo, a person records', async ({ console, visit }) => {
  const agent = await stuck(console);
  const noor = await visit(NOOR);
  await go(noor, `/runs/${agent.run}`);
  const undone = noor.getByRole('region', { name: 'Compensations' });
  await expect(undone).toContainText('Needs a person');
  await expect(undone).toContainText('acct_90118');
  await undone.getByLabel('What was done by hand').fill('Closed at the desk, ticket 7.');
  await undone.getByRole('button', { name: 'Record as undone' }).click();
  await expect(undone).toContainText('Undone');
  await expect(undone).toContainText('Closed at the desk, ticket 7.');
  await expect(noor.getByRole('region', { name: 'Attempts' })).toContainText('Rolled back');
  await agent.use('call-6', 'setup_account', SET_UP, { account_id: 'acct_90119' });
});
