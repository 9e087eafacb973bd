// A case is handed over: a support lead finds it, takes it up, settles it; others see it happen.
import { ANA, PRIYA } from '../support/cast';
import { escalated } from '../support/escalations';
import { SIZES, expect, go, test } from '../support/test';

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with script' : 'without script';
    test(`a case is found, taken up and settled (${size}, ${how})`, async ({ console, visit }) => {
      await escalated(console);
      const priya = await visit(PRIYA, { viewport, javaScriptEnabled });
      await (javaScriptEnabled ? go(priya, '/escalations') : priya.goto('/escalations'));
      const rows = priya.getByRole('list', { name: 'Escalations' }).getByRole('listitem');
      await expect(rows).toHaveCount(2);
      await rows.first().getByRole('link', { name: 'cust_1190' }).click();
      await expect(priya.getByRole('heading', { level: 2, name: 'cust_1190' })).toBeVisible();
      await expect(priya.getByRole('region', { name: 'Concerns' })).toContainText('INV-29904');
      await expect(priya.getByRole('region', { name: 'Recommended action' })).toContainText('Refund $4,280.00');
      await priya.getByRole('button', { name: 'Acknowledge' }).click();
      await expect(priya.getByText('You have taken it up.')).toBeVisible();
      await expect(priya.getByText('Acknowledged by')).toBeVisible();
      await priya.getByLabel('How it was settled').fill('Refunded, credit note posted.');
      await priya.getByRole('button', { name: 'Resolve', exact: true }).click();
      await expect(priya.getByText('Refunded, credit note posted.').first()).toBeVisible();
      await expect(priya.getByRole('button', { name: 'Acknowledge' })).toHaveCount(0);
      await expect(priya.getByLabel('How it was settled')).toHaveCount(0);
    });
  }
}

test('an open case follows what happens, and keeps what is typed', async ({ console, visit }) => {
  const [id] = await escalated(console);
  const [ana, priya] = [await visit(ANA), await visit(PRIYA)];
  await go(ana, `/escalations/${id}`);
  await expect(ana.getByText('Nobody yet')).toBeVisible();
  await expect(ana.getByRole('button', { name: 'Acknowledge' })).toHaveCount(0);
  await go(priya, `/escalations/${id}`);
  await priya.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(ana.getByRole('main').getByText('Priya Nair').first()).toBeVisible();
  await expect(ana.getByRole('region', { name: 'Activity' })).toContainText('took up escalation');
  const settled = priya.getByLabel('How it was settled');
  await settled.fill('Half a sentence');
  await go(ana, '/escalations');
  await expect(settled).toHaveValue('Half a sentence');
});

test('by keyboard: G then E, down the list, into a case', async ({ console, visit }) => {
  await escalated(console);
  const priya = await visit(PRIYA);
  await go(priya, '/approvals');
  await priya.keyboard.press('g');
  await priya.keyboard.press('e');
  await expect(priya).toHaveURL(/\/escalations$/);
  await expect(priya.getByRole('list', { name: 'Escalations' }).getByRole('listitem')).toHaveCount(2);
  await priya.keyboard.press('j');
  await priya.keyboard.press('Enter');
  await expect(priya).toHaveURL(/\/escalations\/esc_/);
});
