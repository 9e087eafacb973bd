// An approval waits long: others are asked as well, see it, and decide.
import { LENA, NOOR, PAYMENTS, TOMAS } from '../support/cast';
import { approve, panel } from '../support/panel';
import { SIZES, expect, go, test } from '../support/test';
import { publish } from '../support/workflows';

const RAISING = PAYMENTS.replace(
  'deadline: { expire: 24h }',
  'deadline: { remind: 1s, raise: { after: 2s, to: support }, expire: 24h, hours: { zone: UTC, days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "24:00" } }',
);

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`an approval is raised, and one of whom it was raised to decides (${size})`, async ({ console, visit }) => {
    await publish(await visit(NOOR), RAISING, 2);
    const [lena, tomas] = [await visit(LENA, { viewport }), await visit(TOMAS, { viewport })];
    await go(lena, '/approvals?view=mine');
    await expect(lena.locator('[data-row]')).toHaveCount(0);

    const agent = await console.agent({ workflow: 'payments', subject: 'acc_1' });
    await agent.record({ status: 'OPEN' });
    const approval = await agent.suspend('call-1', 'pay', { to: 'ACME', amount: 250 });
    await go(tomas, `/approvals/${approval}`);
    await expect(panel(tomas)).toContainText(/Raised to support (just now|.* ago)\. Its people may fill any open seat/);
    await expect(panel(tomas)).toContainText('Lena Vogt');

    await go(lena, '/approvals?view=mine');
    await expect(lena.locator('[data-row]')).toHaveCount(1);
    await expect(lena.locator('[data-row]')).toContainText(/Raised to support/);
    await go(lena, `/approvals/${approval}`);
    await expect(panel(lena).getByRole('heading', { name: 'Decide for compliance' })).toBeVisible();
    await approve(lena, 'The order is signed.');
    await expect(panel(lena).getByText('You approved for compliance')).toBeVisible();
    await expect(panel(tomas)).toContainText('Lena Vogt of support approved');
    const activity = tomas.getByRole('region', { name: 'Activity' });
    await expect(activity).toContainText('Reminder: it waits for compliance and risk');
    await expect(activity).toContainText('Raised to support');
    await expect(activity).toContainText('Lena Vogt approved rev 1 for compliance as one of support');

    await go(tomas, '/workflows/payments?tab=policies');
    await expect(tomas.locator('#main')).toContainText('to support after 2 s');
  });
}
