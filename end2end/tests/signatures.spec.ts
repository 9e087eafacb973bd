// A policy that signs: the reviewer reads what they sign, types their password, and the record keeps it.
import { ANA, IVO, NOOR, PASSWORD, PAYMENTS, TOMAS } from '../support/cast';
import { violations } from '../support/axe';
import { choice, fitsSideways, notes, panel } from '../support/panel';
import { payment } from '../support/stories';
import { expect, go, hydrated, test } from '../support/test';
import { publish } from '../support/workflows';

const SIGNING = PAYMENTS.replace('valid_for: 2h', 'valid_for: 2h\n    sign: true');
const MEANING = 'I have reviewed revision 1 of this package and approve it for compliance.';

for (const javaScriptEnabled of [true, false]) {
  test(`a reviewer signs what the policy has signed (${javaScriptEnabled ? 'with' : 'without'} script)`, async ({ console, guard, visit }) => {
    await publish(await visit(NOOR), SIGNING, 2);
    const { approval, agent } = await payment(console);
    const page = await visit(ANA, { javaScriptEnabled });
    guard.allow(422, /\/decide$/);
    await page.goto(`/approvals/${approval}`);
    if (javaScriptEnabled) await hydrated(page);
    const password = panel(page).getByLabel('Your password');
    const sign = panel(page).getByRole('button', { name: /^Sign and approve/ }).filter({ visible: true });
    await expect(password).toBeHidden();
    await choice(page, 'Approve').check();
    await expect(panel(page).getByText(MEANING)).toBeVisible();
    await expect(panel(page).getByText(`Signed by ${ANA.name}`)).toBeVisible();
    await expect(password).toHaveAttribute('autocomplete', 'current-password');
    await notes(page).fill('Known payee.');
    if (javaScriptEnabled) await expect(panel(page).getByRole('link', { name: 'Type your password to sign' })).toBeVisible();

    // A wrong password is said at the field; what was written stays, the password does not.
    await password.fill('another passphrase');
    await sign.click();
    await expect(panel(page).getByRole('alert')).toContainText('This is not your password', { ignoreCase: true });
    if (javaScriptEnabled) await hydrated(page);
    await expect(choice(page, 'Approve')).toBeChecked();
    await expect(panel(page)).toContainText(javaScriptEnabled ? MEANING : 'Known payee.');
    if (javaScriptEnabled) await expect(notes(page)).toHaveValue('Known payee.');
    else await notes(page).fill('Known payee.');
    await expect(password).toHaveValue('');
    const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage })).catch(() => '');
    expect(kept).not.toContain('another passphrase');

    // The account waits a moment after a wrong one, here as at the sign-in.
    await expect(async () => {
      await password.fill(PASSWORD);
      await sign.click();
      await expect(panel(page).getByText('You approved for compliance')).toBeVisible({ timeout: 1_500 });
    }).toPass({ timeout: 20_000 });
    await expect(panel(page).getByRole('list', { name: 'Signatures' })).toContainText(MEANING);
    await expect(panel(page).getByRole('list', { name: 'Signatures' })).toContainText('Signed by password');
    await expect(page.locator('#activity')).toContainText('Signed');

    // The second signs, too, and the agent goes on.
    const tomas = await visit(TOMAS);
    await go(tomas, `/approvals/${approval}`);
    await expect(panel(tomas).getByRole('list', { name: 'Signatures' })).toContainText(ANA.name);
    await choice(tomas, 'Approve').check();
    await panel(tomas).getByLabel('Your password').fill(PASSWORD);
    await panel(tomas).getByRole('button', { name: /^Sign and approve/ }).filter({ visible: true }).click();
    await expect(panel(tomas).getByRole('heading', { name: 'Approved', exact: true })).toBeVisible();
    expect(await agent.wait(approval)).toMatchObject({ status: 'approved' });
  });
}

test('what is signed is looked at in every width, and stands in the audit log', async ({ console, visit }) => {
  await publish(await visit(NOOR), SIGNING, 2);
  const { approval } = await payment(console);
  const page = await visit(ANA);
  await go(page, `/approvals/${approval}`);
  await choice(page, 'Approve').check();
  expect.soft(await violations(page)).toEqual([]);
  await fitsSideways(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await panel(page).getByLabel('Your password').fill(PASSWORD);
  await panel(page).getByRole('button', { name: /^Sign and approve/ }).filter({ visible: true }).click();
  await expect(panel(page).getByText('You approved for compliance')).toBeVisible();
  expect.soft(await violations(page)).toEqual([]);

  const ivo = await visit(IVO);
  await go(ivo, '/audit?kind=decision.recorded');
  await ivo.locator('main a[href*="/audit/"]').first().click();
  await expect(ivo).toHaveURL(/\/audit\/\d+\?kind=decision\.recorded$/);
  await expect(ivo.getByRole('complementary').filter({ hasText: MEANING })).toBeVisible();
});
