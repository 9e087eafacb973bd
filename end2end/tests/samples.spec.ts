// Closures that nobody was needed for: those who own the process look at some of them, and never at their own work.
import { ANA, IVO, LENA, MIRA, ROSA } from '../support/cast';
import { look, prepared, sampled } from '../support/samples';
import { SIZES, expect, go, reloaded, test } from '../support/test';

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with script' : 'without script';
    test(`a sample is found and found in order (${size}, ${how})`, async ({ console, visit, decide }) => {
      await prepared(console);
      await sampled(console, decide);
      const mira = await visit(MIRA, { viewport, javaScriptEnabled });
      await (javaScriptEnabled ? go(mira, '/closures') : mira.goto('/closures'));
      const tab = mira.getByRole('navigation', { name: 'Views of closures' }).getByRole('link', { name: /^Samples/ });
      await expect(tab).toContainText('1');
      await tab.click();
      const rows = mira.getByRole('list', { name: 'Samples' }).getByRole('listitem');
      await expect(rows).toHaveCount(1);
      for (const said of ['acc_2', 'Waits for a look', 'For you', 'file_note']) await expect(rows).toContainText(said);
      await rows.getByRole('link').click();
      await expect(mira.getByRole('heading', { level: 2, name: 'acc_2' })).toBeVisible();
      await look(mira, 'In order', 'The packet is there.');
      const sample = mira.getByRole('region', { name: 'Sample' });
      for (const said of ['In order', 'The packet is there.', 'Mira Okafor']) await expect(sample).toContainText(said);
      await expect(sample.getByRole('radio')).toHaveCount(0);
    });
  }
}

test('what is not in order says why, and needs a person', async ({ console, visit, decide, guard }) => {
  await prepared(console);
  const id = await sampled(console, decide);
  const mira = await visit(MIRA);
  await go(mira, `/closures/${id}`);
  const sample = mira.getByRole('region', { name: 'Sample' });
  await sample.getByRole('radio', { name: /^Not in order/ }).check();
  guard.allow(422, /\/closures\/clo_/);
  await reloaded(mira, () => sample.getByRole('button', { name: 'Store the verdict' }).click());
  await expect(sample.getByText('Nothing was stored')).toBeVisible();
  await expect(sample.getByLabel('Note', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(sample.getByRole('radio', { name: /^Not in order/ })).toBeChecked();
  await look(mira, 'Not in order', 'The packet belongs to another account.');
  await expect(mira.getByRole('region', { name: 'Follow-up for a person' })).toContainText('A sample is not in order');
  const ana = await visit(ANA);
  await go(ana, '/closures?view=follow-ups');
  await expect(ana.getByRole('list', { name: 'Open follow-ups' }).getByRole('listitem')).toContainText('A sample is not in order');
});

test('others read who looks at it, and why they do not', async ({ console, visit, decide }) => {
  await prepared(console);
  const id = await sampled(console, decide);
  for (const who of [ANA, IVO, LENA]) {
    const page = await visit(who);
    await go(page, `/closures/${id}`);
    const sample = page.getByRole('region', { name: 'Sample' });
    await expect(sample).toContainText('It waits for the look of');
    await expect(sample.getByRole('radio')).toHaveCount(0);
    if (who === ANA) await expect(sample).toContainText('you decided the approval that it followed');
  }
});

test('an open page follows what somebody else says, and keeps what is typed until then', async ({ console, visit, decide }) => {
  await prepared(console);
  const id = await sampled(console, decide);
  const [mira, rosa] = [await visit(MIRA), await visit(ROSA)];
  await go(mira, `/closures/${id}`);
  const sample = mira.getByRole('region', { name: 'Sample' });
  await sample.getByLabel('Note', { exact: true }).fill('Half a sentence');
  await sampled(console, decide, 'acc_3');
  await expect(mira.getByRole('navigation', { name: 'Views of closures' }).getByRole('link', { name: /^Samples/ })).toContainText('2');
  await expect(sample.getByLabel('Note', { exact: true })).toHaveValue('Half a sentence');
  await go(rosa, `/closures/${id}`);
  await look(rosa, 'In order');
  await expect(sample).toContainText('Rosa Quist');
  await expect(sample.getByRole('radio')).toHaveCount(0);
});

test('by keyboard: to the samples, down the list, into a receipt', async ({ console, visit, decide }) => {
  await prepared(console);
  await sampled(console, decide);
  const mira = await visit(MIRA);
  await go(mira, '/closures?view=samples');
  await expect(mira.getByRole('list', { name: 'Samples' }).getByRole('listitem')).toHaveCount(1);
  await mira.keyboard.press('j');
  await mira.keyboard.press('Enter');
  await expect(mira).toHaveURL(/\/closures\/clo_.*view=samples/);
});
