// Signing in and out: people land where they were going, and a mistake costs nothing but the password.
import { MIRA, PASSWORD } from '../support/cast';
import { note } from '../support/stories';
import { SIZES, expect, go, hydrated, test } from '../support/test';

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`a wrong password keeps the email, the right one leads on (${size})`, async ({ console, guard, visit }) => {
    const { approval } = await note(console);
    const page = await visit(null, { viewport });
    guard.allow(401, /^\/sign-in$/);

    await page.goto(`/approvals/${approval}`);
    await expect(page).toHaveURL(`${console.url}/sign-in?to=${encodeURIComponent(`/approvals/${approval}`)}`);
    await expect(page.getByText('You were sent here to see an approval')).toBeVisible();
    await expect(page.getByText('Called the customer back')).toHaveCount(0);
    await hydrated(page);

    const [email, password] = [page.getByLabel('Email'), page.getByLabel('Password')];
    await expect(email).toBeFocused();
    await email.fill(MIRA.email);
    await password.fill('not the password of Mira');
    await page.getByRole('button', { name: 'Sign in' }).click();

    const message = page.getByRole('alert');
    await expect(message).toBeVisible();
    await hydrated(page);
    await expect(email).toHaveValue(MIRA.email);
    await expect(password).toHaveValue('');
    await expect(password).toBeFocused();
    await expect(password).toHaveAttribute('aria-invalid', 'true');
    await expect(password).toHaveAccessibleDescription(await message.innerText());

    // An account rests for a second after a failure; until then the right password is refused like a wrong one.
    await expect(async () => {
      await password.fill(PASSWORD);
      const answer = page.waitForResponse((response) => response.request().method() === 'POST');
      await page.getByRole('button', { name: 'Sign in' }).click();
      expect((await answer).status()).toBe(303);
    }).toPass();
    await expect(page).toHaveURL(`${console.url}/approvals/${approval}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Called the customer back');
  });
}

test('signing out ends the session everywhere', async ({ console, visit }) => {
  const page = await visit(MIRA);
  await go(page, '/approvals');
  const other = await page.context().newPage();
  await go(other, '/approvals');

  await page.getByTitle('Theme and account').filter({ visible: true }).click();
  await page.getByRole('button', { name: 'Sign out' }).filter({ visible: true }).click();
  await expect(page).toHaveURL(`${console.url}/sign-in`);

  await other.goto('/approvals?view=mine');
  await expect(other).toHaveURL(`${console.url}/sign-in?to=${encodeURIComponent('/approvals?view=mine')}`);
});

test('every protected page asks for a sign-in first', async ({ console, visit }) => {
  const { approval, agent } = await note(console);
  const page = await visit(null);
  for (const path of ['/', '/approvals', `/approvals/${approval}`, `/runs/${agent.run}`]) {
    await page.goto(path);
    await expect(page).toHaveURL(/\/sign-in\?to=/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  }
});

test('signing in without a destination leads to the queue', async ({ console, visit }) => {
  const page = await visit(null);
  await go(page, '/sign-in?to=https://evil.example/');
  await page.getByLabel('Email').fill(MIRA.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${console.url}/approvals`);
  await page.goto('/sign-in');
  await expect(page).toHaveURL(`${console.url}/approvals`);
});
