// Workflows: what is enforced, what changed; writing, checking, seeing and publishing the next version.
import { MIRA, NOOR, PAYMENTS } from '../support/cast';
import { expect, go, reloaded, test } from '../support/test';
import { FAULTY, FAULTY_LINE, LOOSER, check, propose, publish, source } from '../support/workflows';

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`a version is written, mended, seen and published (${how})`, async ({ console, guard, visit }) => {
    const page = await visit(NOOR, { javaScriptEnabled });
    guard.allow(422, /\/edit$/);
    await page.goto('/workflows');
    await page.getByRole('link', { name: 'Payments' }).click();
    await page.getByRole('link', { name: 'Edit' }).click();
    await expect(source(page)).toHaveValue(PAYMENTS);

    await source(page).fill(FAULTY);
    await check(page);
    await expect(page.getByRole('alert')).toContainText('1 fault: nothing was published');
    const place = page.getByRole('alert').getByRole('link', { name: `Line ${FAULTY_LINE}, column` });
    await expect(place).toBeFocused();
    const remark = page.locator(`#L${FAULTY_LINE} + div`);
    await expect(remark).toContainText('Did you mean `status`?');
    await expect(remark).toBeInViewport();
    await expect(source(page)).toHaveValue(FAULTY);
    await expect(page.getByRole('button', { name: /Publish/ })).toHaveCount(0);

    if (javaScriptEnabled) {
      await remark.getByRole('button', { name: 'Fix' }).click();
      await expect(remark).toContainText('Fixed below');
    } else {
      await expect(page.getByRole('button', { name: 'Fix' })).toHaveCount(0);
      await source(page).fill(LOOSER);
    }
    await expect(source(page)).toHaveValue(LOOSER);
    await check(page);
    await expect(page.getByRole('alert')).toContainText('No faults: this would be version 2 of payments');
    await expect(page.locator('#main')).toContainText('What gets looser');
    await expect(page.locator('#main')).toContainText('valid_for: 4h');
    await page.getByRole('button', { name: 'Publish version 2' }).click();
    await expect(page).toHaveURL(`${console.url}/workflows/payments`);
    await expect(page.getByText('v2 live')).toBeVisible();

    await page.getByRole('link', { name: /^Changes/ }).click();
    await expect(page.locator('#main')).toContainText('What gets stricter');
    await expect(page.locator('#main')).toContainText('still_open');
    await page.goto('/workflows/payments/edit');
    await check(page);
    await expect(page.getByRole('alert')).toContainText('This text is version 2 already');
  });

  test(`the five tabs say what is enforced (${how})`, async ({ console, visit }) => {
    const page = await visit(MIRA, { javaScriptEnabled });
    await page.goto('/workflows/payments');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Payments');
    await expect(page.getByRole('group', { name: /^The definition/ })).toContainText('account_open');
    const tabs = page.getByRole('navigation', { name: 'Workflow' }).getByRole('link');
    await expect(tabs).toHaveText([/^Definition/, /^Changes/, /^Policies/, /^Tools/, /^Versions/]);
    const shown: Record<string, string> = {
      Changes: 'This is the first version',
      Policies: 'two-groups',
      Tools: 'one account',
      Versions: 'the command line',
      Definition: 'payments.yaml',
    };
    for (const [name, words] of Object.entries(shown)) {
      const tab = tabs.filter({ hasText: name });
      await tab.click();
      await expect(tab).toHaveAttribute('aria-current', 'page');
      await expect(page.locator('#main')).toContainText(words);
      const query = name === 'Definition' ? '' : `?tab=${name.toLowerCase()}`;
      expect(page.url()).toBe(`${console.url}/workflows/payments${query}`);
    }
  });
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with script' : 'without script';

  test(`what could let more through is confirmed by an administrator (${how})`, async ({ console, visit }) => {
    propose(console);
    const [mira, noor] = [await visit(MIRA, { javaScriptEnabled }), await visit(NOOR, { javaScriptEnabled })];
    await mira.goto('/workflows');
    await expect(mira.getByRole('row', { name: /payments/ })).toContainText('v2 proposed');
    await mira.goto('/workflows/payments?tab=changes&version=2');
    await expect(mira.getByText('Version 2 waits for a second administrator')).toBeVisible();
    await expect(mira.getByRole('button', { name: 'Confirm version 2' })).toHaveCount(0);
    await noor.goto('/workflows/payments?tab=changes&version=2');
    await expect(noor.getByText('v2 proposed, live is v1')).toBeVisible();
    await expect(noor.locator('#main')).toContainText('What gets looser');
    await noor.getByRole('button', { name: 'Confirm version 2' }).click();
    await expect(noor.getByText('Confirmed by a second administrator')).toBeVisible();
    await expect(noor.getByText('v2 live')).toBeVisible();
    await noor.goto('/workflows/payments');
    await expect(noor.getByText('v2 live')).toBeVisible();
  });
}

test('declining needs a reason, which the page then gives', async ({ console, guard, visit }) => {
  propose(console);
  const page = await visit(NOOR);
  await go(page, '/workflows/payments?tab=changes&version=2');
  guard.allow(422, /\/workflows\/payments/);
  await reloaded(page, () => page.getByRole('button', { name: 'Decline' }).click());
  await expect(page.getByLabel('Why it is declined')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Why it is declined').fill('Four hours are too long.');
  await reloaded(page, () => page.getByRole('button', { name: 'Decline' }).click());
  await expect(page.getByText('Declined by a second administrator')).toBeVisible();
  await expect(page.getByText('Four hours are too long.')).toBeVisible();
  await expect(page.getByText('v2 declined, live is v1')).toBeVisible();
});

test('any two versions are compared', async ({ visit }) => {
  const page = await visit(NOOR);
  await publish(page, LOOSER, 2);
  await publish(page, `${LOOSER}# A third one.\n`, 3);
  await go(page, '/workflows/payments?tab=changes');
  const summary = page.getByRole('heading', { name: 'What gets stricter' }).locator('..');
  await expect(summary).toContainText('nothing');
  await page.getByLabel('From').selectOption('v1');
  await page.getByRole('button', { name: 'Compare' }).click();
  await expect(page).toHaveURL(/from=1/);
  await expect(summary).not.toContainText('nothing');
});

test('the keyboard alone publishes a first version', async ({ console, guard, visit }) => {
  const page = await visit(NOOR);
  guard.allow(422, /\/new$/);
  const fresh = (text: string) => text.replace('name: payments', 'name: payouts');
  await go(page, '/workflows/new');
  await source(page).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(fresh(FAULTY));
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Check' })).toBeFocused();
  await page.keyboard.press('Enter');

  await expect(page.getByRole('link', { name: /^Line/ })).toBeFocused();
  // Once script runs, the place is that in the text itself.
  await expect(page.getByRole('button', { name: 'Fix' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(source(page)).toBeFocused();
  const line = await source(page).evaluate((area: HTMLTextAreaElement) =>
    area.value.slice(0, area.selectionStart).split('\n').length);
  expect(line).toBe(FAULTY_LINE);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(fresh(LOOSER));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');

  await expect(page.getByRole('alert')).toContainText('this would be version 1 of payouts');
  const button = page.getByRole('button', { name: 'Publish version 1' });
  await source(page).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${console.url}/workflows/payouts`);
});

test('whoever does not administer reads, and publishes nothing', async ({ console, guard, visit }) => {
  const page = await visit(MIRA);
  await go(page, '/workflows');
  await expect(page.getByRole('link', { name: 'New workflow' })).toHaveCount(0);
  await go(page, '/workflows/payments');
  await expect(page.getByRole('link', { name: 'Edit' })).toHaveCount(0);
  guard.allow(403, /\/workflows\/(new|payments\/edit)$/);
  for (const path of ['/workflows/new', '/workflows/payments/edit']) {
    await go(page, path);
    await expect(source(page)).toHaveCount(0);
    const form = { form: 'definition', act: 'publish', source: LOOSER, seal: '' };
    const answer = await page.request.post(path, { form, headers: { origin: console.url }, maxRedirects: 0 });
    expect(answer.status()).toBe(403);
  }
  await go(page, '/workflows/payments');
  await expect(page.getByText('v1 live')).toBeVisible();
});
