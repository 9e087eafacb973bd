// People are told what waits for them: an administrator sets mail, a message arrives in an open inbox and by mail, and
// everybody says for themselves what they want.
import type { Page } from '@playwright/test';
import { ANA, NOOR, ROSA } from '../support/cast';
import { mailServer } from '../support/mail';
import { payment } from '../support/stories';
import { NARROW, SIZES, expect, go, reloaded, test } from '../support/test';

const ADMIN = '/admin/notifications';

/** Sets a mail server on this machine. */
async function setMail(page: Page, port: number): Promise<void> {
  const mail = page.getByRole('region', { name: 'Mail' });
  await mail.getByLabel('Mail server').fill('127.0.0.1');
  await mail.getByLabel('Port').fill(String(port));
  await mail.getByLabel('Encryption').selectOption('none');
  await mail.getByLabel('Sender').fill('countersign@example.com');
  await reloaded(page, () => mail.getByRole('button', { name: 'Save mail' }).click());
}

test('mail is set and tried, and what waits arrives in an open inbox and by mail', async ({ console, guard, visit }) => {
  const server = await mailServer();
  const noor = await visit(NOOR);
  await go(noor, ADMIN);
  await setMail(noor, 9);
  await expect(noor.getByRole('status').filter({ hasText: 'Mail is set.' })).toBeVisible();
  guard.allow(409, /\/admin\/notifications$/);
  await reloaded(noor, () => noor.getByRole('button', { name: 'Send a test: Mail' }).click());
  await expect(noor.getByRole('alert')).toContainText('Mail did not take the test');
  await setMail(noor, server.port);
  await reloaded(noor, () => noor.getByRole('button', { name: 'Send a test: Mail' }).click());
  await expect(noor.getByText('The test was taken.')).toBeVisible();
  expect(server.mails).toHaveLength(1);

  const ana = await visit(ANA);
  await go(ana, '/inbox');
  await expect(ana.getByText('Your inbox is empty')).toBeVisible();
  const { approval } = await payment(console);
  const row = ana.getByRole('region', { name: 'Messages' }).getByRole('listitem');
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('An approval waits for your decision');
  await expect(row).toContainText('Unread');
  await expect(row).toContainText('acc_1');
  await expect(row).not.toContainText('ACME');
  const place = ana.getByRole('navigation', { name: 'Sections', exact: true }).getByRole('link', { name: /^Inbox/ });
  await expect(place).toContainText('1');
  await reloaded(ana, () => row.getByRole('button').click());
  await expect(ana).toHaveURL(`/approvals/${approval}`);
  await go(ana, '/inbox');
  await expect(ana.getByText('All read')).toBeVisible();
  await expect(place).toHaveText('Inbox');

  // The test, Ana and Mira; the letters of Tomás's address are more than this server says it takes.
  await expect.poll(() => server.mails.length).toBe(3);
  const mail = server.mails.find((text) => text.includes('To: ana@example.com'));
  expect(mail).toContain(`${console.url}/approvals/${approval}`);
  expect(mail).not.toContain('ACME');
  await expect(async () => {
    await go(noor, ADMIN);
    await expect(noor.getByRole('row').filter({ hasText: 'Ana Ruiz by mail' })).toContainText('Accepted', { timeout: 500 });
  }).toPass();
  server.stop();
});

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`without script: the inbox is read, and one says what one is told (${size})`, async ({ console, guard, visit }) => {
    await payment(console, 'acc_1');
    await payment(console, 'acc_2');
    const ana = await visit(ANA, { viewport, javaScriptEnabled: false });
    await expect(async () => {
      await ana.goto('/inbox');
      await expect(ana.getByText('2 unread')).toBeVisible({ timeout: 500 });
    }).toPass();
    await ana.getByRole('button', { name: 'Mark all read' }).click();
    await expect(ana.getByText('All of it is marked read.')).toBeVisible();
    await expect(ana.getByRole('button', { name: 'Mark all read' })).toHaveCount(0);

    await ana.goto('/profile');
    const form = ana.getByRole('region', { name: 'Notifications' });
    await form.getByRole('checkbox', { name: 'Mail: An alert needs an administrator' }).uncheck();
    await form.getByRole('checkbox', { name: 'Keep quiet hours' }).check();
    await form.getByLabel('Time zone').fill('Europe');
    guard.allow(422, /\/profile$/);
    await form.getByRole('button', { name: 'Save notifications' }).click();
    await expect(form.getByText('expected the name of a time zone')).toBeVisible();
    await expect(form.getByRole('checkbox', { name: 'Mail: An alert needs an administrator' })).not.toBeChecked();
    await form.getByLabel('Time zone').fill('Europe/Berlin');
    await form.getByRole('button', { name: 'Save notifications' }).click();
    await expect(ana.getByText('What you are told by which channel was kept.')).toBeVisible();
    await expect(form.getByLabel('Time zone')).toHaveValue('Europe/Berlin');
    await expect(form.getByRole('checkbox', { name: 'Mail: An alert needs an administrator' })).not.toBeChecked();
  });
}

test('whoever asked learns the outcome, on a telephone too', async ({ console, decide, visit }) => {
  const story = await payment(console);
  await decide(ANA, story, { verdict: 'reject', reason_code: 'identity_doubt', notes: 'Not this one.' });
  const rosa = await visit(ROSA, { viewport: NARROW });
  await expect(async () => {
    await go(rosa, '/inbox');
    await expect(rosa.getByRole('button', { name: 'What you requested was rejected' })).toBeVisible({ timeout: 500 });
  }).toPass();
});
