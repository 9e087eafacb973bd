// What became of the records a closure has written: an administrator looks, finds, and mends or accepts; others see it.
import { ANA, NOOR } from '../support/cast';
import { closed, overwritten, prepared } from '../support/closures';
import { SIZES, expect, go, reloaded, test } from '../support/test';

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with script' : 'without script';
    test(`drift is found and accepted (${size}, ${how})`, async ({ console, visit, decide }) => {
      await prepared(console);
      const id = await closed(console, decide);
      overwritten(console);
      const noor = await visit(NOOR, { viewport, javaScriptEnabled });
      const open = (path: string) => (javaScriptEnabled ? go(noor, path) : noor.goto(path));
      await open(`/closures/${id}`);
      const drift = noor.getByRole('region', { name: 'Drift', exact: true });
      await expect(drift).toContainText('Not looked at yet');
      await drift.getByRole('button', { name: 'Look now' }).click();
      await expect(noor.getByText('Its records were looked at.')).toBeVisible();
      await expect(drift).toContainText('Not as it was left');
      await open('/closures?view=drift');
      const tab = noor.getByRole('navigation', { name: 'Views of closures' }).getByRole('link', { name: /^Drift/ });
      await expect(tab).toHaveAttribute('aria-current', 'page');
      await expect(tab).toContainText('1');
      const rows = noor.getByRole('list', { name: 'Closures that drift' }).getByRole('listitem');
      await expect(rows).toHaveCount(1);
      await expect(rows).toContainText('archive');
      await expect(rows).toContainText('not kept');
      await rows.getByRole('link').click();
      await expect(noor.getByRole('heading', { level: 2, name: 'acc_2' })).toBeVisible();
      await noor.getByLabel('Why it may stay as it is').fill('Replaced by hand.');
      await noor.getByRole('button', { name: 'Accept the difference' }).click();
      await expect(noor.getByText('The difference is accepted until something else is found.')).toBeVisible();
      await expect(drift).toContainText('Replaced by hand.');
      await open('/closures?view=drift');
      await expect(noor.getByText('Nothing has drifted')).toBeVisible();
    });
  }
}

test('a blank reason is refused at its field', async ({ console, visit, decide, guard }) => {
  await prepared(console);
  const id = await closed(console, decide);
  overwritten(console);
  const noor = await visit(NOOR);
  await go(noor, `/closures/${id}`);
  await noor.getByRole('button', { name: 'Look now' }).click();
  await expect(noor.getByText('Its records were looked at.')).toBeVisible();
  await noor.getByLabel('Why it may stay as it is').fill('   ');
  guard.allow(422, /\/closures\/clo_/);
  await reloaded(noor, () => noor.getByRole('button', { name: 'Accept the difference' }).click());
  await expect(noor.getByText('Nothing was stored')).toBeVisible();
  await expect(noor.getByLabel('Why it may stay as it is')).toHaveAttribute('aria-invalid', 'true');
});

test('open pages tell of drift when somebody looks', async ({ console, visit, decide }) => {
  await prepared(console);
  const id = await closed(console, decide);
  overwritten(console);
  const [ana, noor] = [await visit(ANA), await visit(NOOR)];
  await go(ana, `/closures/${id}?view=drift`);
  await expect(ana.getByText('Nothing has drifted')).toBeVisible();
  await go(noor, `/closures/${id}`);
  await noor.getByRole('button', { name: 'Look now' }).click();
  await expect(noor.getByText('Its records were looked at.')).toBeVisible();
  await expect(ana.getByRole('list', { name: 'Closures that drift' }).getByRole('listitem')).toHaveCount(1);
  const drift = ana.getByRole('region', { name: 'Drift', exact: true });
  await expect(drift).toContainText('Not as it was left');
  await expect(drift.getByRole('button')).toHaveCount(0);
});

test('by keyboard: down the list of what drifts, into a receipt', async ({ console, visit, decide }) => {
  await prepared(console);
  const id = await closed(console, decide);
  overwritten(console);
  const noor = await visit(NOOR);
  await go(noor, `/closures/${id}`);
  await noor.getByRole('button', { name: 'Look now' }).click();
  await expect(noor.getByText('Its records were looked at.')).toBeVisible();
  await go(noor, '/closures?view=drift');
  await noor.keyboard.press('j');
  await noor.keyboard.press('Enter');
  await expect(noor).toHaveURL(/\/closures\/clo_.*view=drift/);
});
