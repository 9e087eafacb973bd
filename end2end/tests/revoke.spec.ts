// An approval was given, and is taken back before its call comes; one that was used is not.
import { ANA, MIRA } from '../support/cast';
import { approve, panel } from '../support/panel';
import { note } from '../support/stories';
import { SIZES, expect, go, test } from '../support/test';

const TEXT = 'Called the customer back';

for (const javaScriptEnabled of [true, false]) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`an approval is revoked, and its call blocked (${size}, ${javaScriptEnabled ? 'with' : 'without'} script)`, async ({ console, visit }) => {
      const { agent, approval } = await note(console);
      const ana = await visit(ANA);
      await go(ana, `/approvals/${approval}`);
      await approve(ana);
      await expect(panel(ana).getByRole('heading', { name: 'Approved' })).toBeVisible();

      const mira = await visit(MIRA, { viewport, javaScriptEnabled });
      await mira.goto(`/approvals/${approval}`);
      await panel(mira).getByText('Revoke approval').first().click();
      await expect(panel(mira)).toContainText('No call has used it yet');
      await panel(mira).getByRole('textbox', { name: 'Why' }).fill('The wrong account.');
      await panel(mira).getByRole('button', { name: 'Revoke approval' }).click();
      await expect(panel(mira).getByRole('heading', { name: 'Revoked' })).toBeVisible();
      await expect(panel(mira)).toContainText('Nothing ran');
      await expect(panel(mira)).toContainText('“The wrong account.”');
      await expect(panel(mira).getByRole('button', { name: 'Revoke approval' })).toHaveCount(0);
      await expect(mira.getByRole('region', { name: 'Activity' })).toContainText(`${MIRA.name} revoked the approval`);

      await expect(panel(ana).getByRole('heading', { name: 'Revoked' })).toBeVisible();
      expect(await agent.wait(approval)).toMatchObject({ status: 'revoked', notes: 'The wrong account.' });
      const fired = await agent.check('note-1', 'note', { text: TEXT });
      expect(fired).toMatchObject({ outcome: 'block' });
      expect(fired.error).toMatch(/^approval_revoked: The wrong account\./);
    });
  }
}

test('what a call has used is not revoked, and the page says so', async ({ console, guard, visit }) => {
  const { agent, approval } = await note(console);
  const ana = await visit(ANA, { javaScriptEnabled: false });
  await ana.goto(`/approvals/${approval}`);
  await approve(ana);
  await panel(ana).getByText('Revoke approval').first().click();
  await panel(ana).getByRole('textbox', { name: 'Why' }).fill('Too late.');
  expect(await agent.check('note-1', 'note', { text: TEXT })).toMatchObject({ outcome: 'allow' });
  guard.allow(409, new RegExp(approval));
  await panel(ana).getByRole('button', { name: 'Revoke approval' }).click();
  await expect(panel(ana).getByRole('heading', { name: 'Approved' })).toBeVisible();
  await expect(panel(ana).getByRole('button', { name: 'Revoke approval' })).toHaveCount(0);
  await expect(panel(ana).getByRole('alert')).toContainText('the call note-1 used this approval at');
});

test('what is typed stays while the approval goes on', async ({ console, visit }) => {
  const { agent, approval } = await note(console);
  const ana = await visit(ANA);
  await go(ana, `/approvals/${approval}`);
  await approve(ana);
  await panel(ana).getByText('Revoke approval').first().click();
  await expect(panel(ana)).toContainText('No call has used it yet. Its call is blocked');
  const why = panel(ana).getByRole('textbox', { name: 'Why' });
  await why.fill('The wrong acc');
  expect(await agent.wait(approval)).toMatchObject({ status: 'approved' });
  await expect(panel(ana)).toContainText('The agent knows of the approval already');
  await why.pressSequentially('ount.');
  await panel(ana).getByRole('button', { name: 'Revoke approval' }).click();
  await expect(panel(ana)).toContainText('“The wrong account.”');
});
