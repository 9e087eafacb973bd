// Somebody else is asked to decide: a person, or more people. Nobody is kept from deciding by it.
import { ANA, LENA, MIRA, NOOR, PAYMENTS, PRIYA, ROSA, TOMAS } from '../support/cast';
import { approve, panel } from '../support/panel';
import { note, payment } from '../support/stories';
import { SIZES, expect, go, test } from '../support/test';
import { publish } from '../support/workflows';

const RAISING = PAYMENTS.replace('deadline: { expire: 24h }', 'deadline: { raise: { after: 12h, to: support }, expire: 24h }');

test('keys lead to whom one asks; it comes first for who is asked, and ends with the decision', async ({ console, visit }) => {
  await note(console);
  const { approval } = await payment(console);
  const [tomas, ana] = [await visit(TOMAS), await visit(ANA)];
  await go(ana, '/approvals?view=mine');
  await expect(ana.locator('[data-row]').first()).toContainText('Called the customer back');
  await go(tomas, `/approvals/${approval}`);
  await tomas.keyboard.press('d');
  const people = panel(tomas).getByLabel('Delegate to');
  await expect(people).toBeVisible();
  await expect(people.getByRole('option')).toHaveText([`${ANA.name}, compliance`, `${MIRA.name}, compliance`]);
  await expect(people).not.toContainText(ROSA.name);
  await people.selectOption(`${ANA.name}, compliance`);
  await panel(tomas).getByRole('textbox', { name: 'Why' }).filter({ visible: true }).fill('She knows the account.');
  await panel(tomas).getByRole('button', { name: 'Delegate' }).click();
  await expect(panel(tomas)).toContainText(`Assigned to ${ANA.name} by ${TOMAS.name}`);

  await go(ana, '/approvals?view=mine');
  await expect(ana.getByText('Assigned to you').first()).toBeVisible();
  await expect(ana.locator('[data-row]').first()).toContainText('Pay 250 to ACME');
  await ana.locator('[data-row]').first().getByRole('link').first().click();
  await expect(panel(ana)).toContainText('“She knows the account.”');
  await approve(ana);
  await expect(panel(ana).getByText('You approved for compliance')).toBeVisible();
  await expect(panel(ana)).not.toContainText('Assigned to');
  await expect(panel(tomas)).not.toContainText('Assigned to');
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';
  test(`a list is narrowed to whom it is assigned, and kept; a lead ends the assignment (${how})`, async ({ console, visit }) => {
    await note(console);
    const { approval } = await payment(console);
    const tomas = await visit(TOMAS, { javaScriptEnabled });
    await tomas.goto(`/approvals/${approval}`);
    await panel(tomas).getByText('Delegate', { exact: true }).first().click();
    await panel(tomas).getByLabel('Delegate to').selectOption(`${ANA.name}, compliance`);
    await panel(tomas).getByRole('textbox', { name: 'Why' }).filter({ visible: true }).fill('Her customer.');
    await panel(tomas).getByRole('button', { name: 'Delegate' }).click();
    await expect(panel(tomas)).toContainText(`Assigned to ${ANA.name}`);

    await tomas.goto('/approvals');
    const filters = tomas.getByRole('search', { name: 'Filter approvals' });
    await filters.getByText('Assigned to', { exact: true }).click();
    await expect(filters.getByRole('link', { name: /^(You|Nobody|Ana Ruiz)$/ })).toHaveText(['You', 'Nobody', ANA.name]);
    await filters.getByRole('link', { name: ANA.name, exact: true }).click();
    await expect(tomas).toHaveURL(/assignee=usr_/);
    await expect(tomas.locator('[data-row]')).toHaveCount(1);
    await expect(tomas.locator('[data-row]')).toContainText('Pay 250 to ACME');
    await tomas.locator('summary', { hasText: 'Save view' }).click();
    await tomas.getByLabel('Name').fill("Ana's");
    await tomas.getByRole('button', { name: 'Save view' }).click();
    await expect(tomas.getByRole('link', { name: /Ana's/ })).toHaveText(/1$/);
    await filters.getByRole('link', { name: `Assigned to ${ANA.name}, clear` }).click();
    await expect(tomas.locator('[data-row]')).toHaveCount(2);

    const priya = await visit(PRIYA, { javaScriptEnabled });
    await priya.goto(`/approvals/${approval}`);
    await panel(priya).getByRole('button', { name: 'End the assignment' }).click();
    await expect(panel(priya)).not.toContainText('Assigned to');
    await priya.goto('/approvals?assignee=none');
    await expect(priya.locator('[data-row]')).toHaveCount(2);
  });
}

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`without script: given, given back, and raised once (${size})`, async ({ console, visit }) => {
    await publish(await visit(NOOR), RAISING, 2);
    const { approval } = await payment(console);
    const ana = await visit(ANA, { viewport, javaScriptEnabled: false });
    await ana.goto(`/approvals/${approval}`);
    await panel(ana).getByText('Delegate', { exact: true }).first().click();
    await panel(ana).getByLabel('Delegate to').selectOption(`${TOMAS.name}, risk`);
    await panel(ana).getByRole('textbox', { name: 'Why' }).filter({ visible: true }).fill('His customer.');
    await panel(ana).getByRole('button', { name: 'Delegate' }).click();
    await expect(panel(ana)).toContainText(`Assigned to ${TOMAS.name} by ${ANA.name}`);
    await panel(ana).getByRole('button', { name: 'End the assignment' }).click();
    await expect(panel(ana)).not.toContainText('Assigned to');

    await panel(ana).getByText('Escalate', { exact: true }).first().click();
    await panel(ana).getByLabel('Escalate to').selectOption({ index: 0 });
    await panel(ana).getByRole('textbox', { name: 'Why' }).filter({ visible: true }).fill('Nobody of risk is in.');
    await panel(ana).getByRole('button', { name: 'Escalate' }).click();
    await expect(panel(ana)).toContainText(/Raised to support/);
    await expect(ana.getByRole('region', { name: 'Activity' })).toContainText(`${ANA.name} raised the approval to support`);
    const lena = await visit(LENA, { viewport, javaScriptEnabled: false });
    await lena.goto(`/approvals/${approval}`);
    await expect(panel(lena).getByRole('heading', { name: /^Decide for/ })).toBeVisible();
  });
}
