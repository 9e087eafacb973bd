// What follows a decision by itself: a reviewer finds what needs a person and settles it, an administrator has the rest
// finished; others see it happen.
import { ANA, IVO, NOOR } from '../support/cast';
import { closed, prepared, resolve } from '../support/closures';
import { SIZES, expect, go, reloaded, test } from '../support/test';

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with script' : 'without script';
    test(`a follow-up is found and settled (${size}, ${how})`, async ({ console, visit, decide }) => {
      await prepared(console);
      await closed(console, decide);
      const ana = await visit(ANA, { viewport, javaScriptEnabled });
      await (javaScriptEnabled ? go(ana, '/closures') : ana.goto('/closures'));
      const rows = ana.getByRole('list', { name: 'Closures', exact: true }).getByRole('listitem');
      await expect(rows).toHaveCount(1);
      await expect(rows).toContainText('1 done, 1 blocked');
      await ana.getByRole('navigation', { name: 'Views of closures' }).getByRole('link', { name: /^Needs a person/ }).click();
      const waiting = ana.getByRole('list', { name: 'Open follow-ups' }).getByRole('listitem');
      await expect(waiting).toContainText('Mapping missing');
      await waiting.getByRole('link').click();
      await expect(ana.getByRole('heading', { level: 2, name: 'acc_2' })).toBeVisible();
      const steps = ana.getByRole('region', { name: 'Steps' });
      await expect(steps).toContainText('acc_2.json');
      await expect(steps).toContainText('Blocked');
      await resolve(ana, 'The case was closed by hand.', 'It is done');
      await expect(ana.getByRole('region', { name: 'Follow-up for a person' })).toContainText('The case was closed by hand.');
      await expect(ana.getByRole('region', { name: 'What people did' })).toContainText('Ana Ruiz');
      await expect(ana.getByLabel('How it was settled')).toHaveCount(0);
    });
  }
}

test('a blank resolution is refused at its field', async ({ console, visit, decide, guard }) => {
  await prepared(console);
  const id = await closed(console, decide);
  const ana = await visit(ANA);
  await go(ana, `/closures/${id}`);
  await ana.getByLabel('How it was settled').fill('   ');
  await ana.getByRole('radio', { name: 'It is done' }).check();
  guard.allow(422, /\/closures\/clo_/);
  await reloaded(ana, () => ana.getByRole('button', { name: 'Resolve follow-up' }).click());
  await expect(ana.getByText('Nothing was stored')).toBeVisible();
  await expect(ana.getByLabel('How it was settled')).toHaveAttribute('aria-invalid', 'true');
  await expect(ana.getByRole('radio', { name: 'It is done' })).toBeChecked();
});

test('an administrator sees what a replay would do, and has what was settled finished', async ({ console, visit, decide }) => {
  await prepared(console);
  const id = await closed(console, decide);
  const [ana, noor] = [await visit(ANA), await visit(NOOR)];
  await go(noor, `/closures/${id}`);
  const finish = noor.getByRole('button', { name: 'Finish what is left' });
  await expect(noor.getByLabel('How it was settled')).toHaveCount(0);
  await expect(finish, 'what is left waits for a person').toHaveCount(0);
  await noor.getByRole('button', { name: 'Dry run' }).click();
  const tried = noor.getByRole('region', { name: 'Dry run' });
  await expect(tried).toContainText('Nothing was written');
  await expect(tried).toContainText('Ask a person');
  await go(ana, `/closures/${id}`);
  await resolve(ana, 'The tracker is registered.');
  await go(noor, `/closures/${id}`);
  await finish.click();
  await expect(noor.getByText('It finishes what was left.')).toBeVisible();
  // Nobody has registered it: it is asked again, on the page that is open.
  await expect(ana.getByRole('button', { name: 'Resolve follow-up' })).toBeVisible();
});

test('open pages follow what happens, and keep what is typed', async ({ console, visit, decide }) => {
  await prepared(console);
  const first = await closed(console, decide);
  const [ana, ivo] = [await visit(ANA), await visit(IVO)];
  await go(ana, `/closures/${first}`);
  const count = ana.getByRole('navigation', { name: 'Sections', exact: true }).getByRole('link', { name: /^Closures/ });
  await expect(count).toContainText('1');
  await ana.getByLabel('How it was settled').fill('Half a sentence');
  await go(ivo, '/closures');
  const rows = ivo.getByRole('list', { name: 'Closures', exact: true }).getByRole('listitem');
  await expect(rows).toHaveCount(1);
  await closed(console, decide, 'acc_3');
  await expect(rows).toHaveCount(2);
  await expect(count).toContainText('2');
  await expect(ana.getByLabel('How it was settled')).toHaveValue('Half a sentence');
  await expect(ivo.getByRole('navigation', { name: 'Sections', exact: true }).getByRole('link', { name: /^Closures/ })).toHaveText('Closures');
});

test('by keyboard: G then C, down the list, into a receipt', async ({ console, visit, decide }) => {
  await prepared(console);
  await closed(console, decide);
  const ana = await visit(ANA);
  await go(ana, '/approvals');
  await ana.keyboard.press('g');
  await ana.keyboard.press('c');
  await expect(ana).toHaveURL(/\/closures$/);
  await expect(ana.getByRole('list', { name: 'Closures', exact: true }).getByRole('listitem')).toHaveCount(1);
  await ana.keyboard.press('j');
  await ana.keyboard.press('Enter');
  await expect(ana).toHaveURL(/\/closures\/clo_/);
});
