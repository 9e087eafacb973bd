// Administration with plain forms: people, groups and keys, with script and without, by mouse and by keyboard.
import type { Page } from '@playwright/test';
import { ANA, LENA, MIRA, NOOR, PASSWORD } from '../support/cast';
import { fillKey } from '../support/admin';
import { SIZES, expect, go, test } from '../support/test';

/** What a form has done is said on the page it leads to. */
const said = (page: Page, words: string) => expect(page.getByRole('status').filter({ hasText: words })).toBeVisible();

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`a person is added, changed, disabled and enabled (${how})`, async ({ console, guard, visit }) => {
    const page = await visit(NOOR, { javaScriptEnabled });
    guard.allow(422, /\/people\/new$/);
    await page.goto('/admin');
    await page.getByRole('link', { name: 'Add person' }).click();
    await page.getByLabel('Name').fill('Sam Whitfield');
    await page.getByLabel('Email').fill('sam@example.com');
    await page.getByRole('checkbox', { name: /^Auditor/ }).check();
    await page.getByRole('checkbox', { name: 'compliance' }).check();
    await page.getByLabel('First password').fill('a good long passphrase');
    await page.getByLabel('The same again').fill('another long passphrase');
    await page.getByRole('button', { name: 'Add person' }).click();
    await expect(page.getByText('The two passwords differ.')).toBeVisible();
    await expect(page.getByLabel('Name')).toHaveValue('Sam Whitfield');
    await expect(page.getByRole('checkbox', { name: /^Auditor/ })).toBeChecked();
    await expect(page.getByLabel('First password')).toHaveValue('');
    await page.getByLabel('First password').fill('a good long passphrase');
    await page.getByLabel('The same again').fill('a good long passphrase');
    await page.getByRole('button', { name: 'Add person' }).click();
    await expect(page.getByRole('heading', { level: 2, name: 'Sam Whitfield' })).toBeVisible();
    await said(page, 'Added');

    await page.getByRole('checkbox', { name: /^Reviewer/ }).check();
    await page.getByRole('button', { name: 'Save name and roles' }).click();
    await said(page, 'as shown');
    await expect(page.getByRole('checkbox', { name: /^Reviewer/ })).toBeChecked();
    await page.getByLabel('Another group').selectOption('risk');
    await page.getByRole('button', { name: 'Add to group' }).click();
    await expect(page.getByRole('button', { name: 'Remove from risk' })).toBeVisible();
    await page.getByText('Disable this person').click();
    await page.getByRole('button', { name: 'Disable and end sessions' }).click();
    await expect(page.getByText('Disabled', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Let them sign in again' }).click();
    await said(page, 'may sign in again');
    await page.getByRole('link', { name: 'People' }).last().click();
    await expect(page.getByRole('row', { name: /Sam Whitfield/ })).toContainText('Reviewer, Auditor');
    expect(page.url()).toBe(`${console.url}/admin`);
  });

  test(`a secret is shown once, and the key can be revoked (${how})`, async ({ console, visit }) => {
    const page = await visit(NOOR, { javaScriptEnabled });
    await page.goto('/admin/keys/new');
    await fillKey(page, 'support-agent');
    await page.getByRole('button', { name: 'Create key and show its secret' }).click();
    const secret = (await page.getByRole('group', { name: 'Secret' }).innerText()).trim();
    expect(secret).toMatch(/^csk_[\w-]{43}$/);
    await expect(page.getByRole('group', { name: 'Try it' })).toContainText(`${console.url}/api/v1/workflows`);
    const call = () => fetch(`${console.url}/api/v1/workflows`, { headers: { authorization: `Bearer ${secret}` } });
    expect((await call()).status).toBe(200);

    await page.getByRole('link', { name: /^Leave/ }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'support-agent' });
    await expect(row).toContainText(`${secret.slice(0, 8)}…`);
    expect(await page.content()).not.toContain(secret);
    await row.getByText('Revoke', { exact: true }).click();
    await row.getByRole('button', { name: 'Revoke this key' }).click();
    await said(page, 'Revoked');
    expect((await call()).status).toBe(401);
  });
}

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`groups say what policies ask and who is missing (${size})`, async ({ visit }) => {
    const page = await visit(NOOR, { viewport });
    await go(page, '/admin/groups');
    await expect(page.locator('li li').filter({ hasText: 'two-groups of payments@1 needs 1' })).toHaveCount(2);
    await page.getByRole('link', { name: 'risk', exact: true }).click();
    for (const name of ['Mira Okafor', 'Tomás Lindqvist']) await page.getByRole('button', { name: `Remove ${name}` }).click();
    await expect(page.getByText('risk needs 1 and has 0 people').first()).toBeVisible();
    await page.getByLabel('Add a person by email').fill(LENA.email);
    await page.getByRole('button', { name: 'Add to group' }).click();
    await expect(page.getByRole('button', { name: `Remove ${LENA.name}` })).toBeVisible();
    await expect(page.getByText('risk needs 1')).toHaveCount(0);
  });
}

test('administration is for administrators', async ({ guard, visit }) => {
  const page = await visit(MIRA);
  guard.allow(403, /^\/admin/);
  await go(page, '/admin/keys');
  await expect(page.getByText('This page is not for your role')).toBeVisible();
  await expect(page.getByText('Noor Haddad can help')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Admin' })).toHaveCount(0);
});

test('by keyboard alone: a group is created', async ({ visit }) => {
  const page = await visit(NOOR);
  await go(page, '/admin/groups');
  await page.getByLabel('Name').focus();
  await page.keyboard.type('finance');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'finance' })).toBeVisible();
  await expect(page.getByText('Nobody belongs to this group.')).toBeVisible();
});

test('whoever is disabled is out at once', async ({ console, visit }) => {
  const ana = await visit(ANA);
  await go(ana, '/approvals');
  const page = await visit(NOOR);
  await go(page, '/admin');
  await page.getByRole('link', { name: ANA.name }).click();
  await page.getByText('Disable this person').click();
  await page.getByRole('button', { name: 'Disable and end sessions' }).click();
  await expect(page.getByText('Disabled', { exact: true })).toBeVisible();
  await ana.goto('/approvals');
  await expect(ana).toHaveURL(/\/sign-in/);
  await ana.getByLabel('Email').fill(ANA.email);
  await ana.getByLabel('Password').fill(PASSWORD);
  expect(console.url).toBeTruthy();
});
