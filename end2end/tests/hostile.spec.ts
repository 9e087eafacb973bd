// Content from agents and customers is hostile: it is shown as it is, marked where it hides something, and does
// nothing.
import type { Page } from '@playwright/test';
import { ANA, MIRA } from '../support/cast';
import { approve, choice, fitsSideways, notes, panel, send, sendTooEarly, submitAsItStands } from '../support/panel';
import { expect, go, hydrated, test } from '../support/test';

const MARKUP = '</textarea></script></pre><script>window.pwned=1</script><img src=x onerror="window.pwned=1">';
const LINK = 'javascript:window.pwned=1';
const HIDDEN = 'paid\u202eoot\u2066\u200b\u00ad\u001b[31mred\u0007\u0000\ufeffend';
const MIXED = 'p\u0430ypal';
const LONG = 'x'.repeat(100_000);
const CHIPS = ['U+202E right-to-left', 'U+200B zero-width space', 'U+001B escape', 'U+0000 null'];

test('hostile input is shown, marked, and harmless', async ({ console, visit }) => {
  const agent = await console.agent({ workflow: 'payments', subject: `acc_${MARKUP}` });
  await agent.record({ owner: `${MARKUP}${HIDDEN}` }, `ref ${MARKUP}`);
  await agent.assert({ owner: `${LINK} ${MARKUP} ${HIDDEN}` }, `${MARKUP} \u202e ${MIXED}`);
  const input = {
    text: `${MIXED} ${MARKUP} ${HIDDEN}`,
    lines: Array.from({ length: 60 }, (_, line) => `${line} ${MARKUP}`),
    more: { [MARKUP]: LINK, hidden: HIDDEN, long: LONG },
  };
  const approval = await agent.suspend('message-1', 'message', input);
  const page = await visit(ANA);

  await go(page, '/approvals');
  await harmless(page);
  await fitsSideways(page);
  await page.getByRole('row').filter({ hasText: MARKUP.slice(0, 20) }).getByRole('link').first().click();
  await expect(page).toHaveURL(`${console.url}/approvals/${approval}`);
  await hydrated(page);

  await harmless(page);
  const action = page.getByRole('region', { name: 'Proposed action' });
  await expect(action).toContainText('<script>window.pwned=1</script>');
  await expect(action.getByText('Mixed scripts in one word')).toBeVisible();
  await expect(page.getByText('U+202E right-to-left').first()).toBeVisible();
  const differences = page.getByRole('region', { name: /assertion/ });
  for (const chip of CHIPS.slice(0, 3)) await expect(differences).toContainText(chip);
  await expect(page.locator('a[href^="javascript:"]')).toHaveCount(0);
  const text = await page.locator('body').innerText();
  for (const raw of ['\u202e', '\u2066', '\u200b', '\u001b', '\u0000', '\ufeff']) {
    expect(text, JSON.stringify(raw)).not.toContain(raw);
  }
  await fitsSideways(page);

  // Approving waits until everything hidden was opened; each part says how much it hides.
  await choice(page, 'Approve').check();
  await panel(page).getByRole('checkbox').check();
  const lack = panel(page).getByRole('link', { name: /^Open the/ });
  await expect(lack).toBeVisible();
  await sendTooEarly(page);
  await expect(panel(page).getByRole('heading', { name: /^Decide for/ })).toBeVisible();
  const folds = page.locator('details:not([open]) > summary').filter({ hasText: /^\+\d+ (lines|characters) hidden$/ });
  for (let opened = 0; (await folds.filter({ visible: true }).count()) > 0; opened += 1) {
    expect(opened, 'folds end').toBeLessThan(50);
    await folds.filter({ visible: true }).first().click();
  }
  await expect(lack).toHaveCount(0);
  await harmless(page);
  await fitsSideways(page);
  await approve(page, `${MARKUP}`);
  await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();
  await harmless(page);

  await go(page, `/runs/${agent.run}`);
  await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('<script>window.pwned=1</script>');
  await harmless(page);
  await fitsSideways(page);
});

test('a title of 100 kB on one line is cut, and the whole can be read', async ({ console, visit }) => {
  const agent = await console.agent({ workflow: 'payments', subject: 'acc_7' });
  const approval = await agent.suspend('note-1', 'note', { text: LONG });
  const page = await visit(MIRA);
  await go(page, '/approvals');
  await fitsSideways(page);
  await go(page, `/approvals/${approval}`);
  expect((await page.getByRole('heading', { level: 1 }).innerText()).length).toBeLessThan(1_000);
  await page.getByRole('region', { name: 'Proposed action' }).getByText(/^\+[\d,]+ characters hidden$/).click();
  await fitsSideways(page);
});

test('hostile words of a reviewer come back as a draft, and reach the agent as written', async ({ console, guard, visit }) => {
  const agent = await console.agent({ workflow: 'payments', subject: 'acc_8' });
  await agent.record({ status: 'OPEN' });
  const approval = await agent.suspend('pay-1', 'pay', { to: 'ACME', amount: 1 });
  const words = `${MARKUP} \u202e ${LINK}`;
  guard.allow(422, /\/decide$/);
  for (const javaScriptEnabled of [true, false]) {
    const page = await visit(MIRA, { javaScriptEnabled });
    await page.goto(`/approvals/${approval}`);
    await choice(page, 'Reject').check();
    await notes(page).fill(words);
    if (javaScriptEnabled) await submitAsItStands(page);
    else await send(page).click();
    await expect(panel(page).getByRole('alert')).toBeVisible();
    if (javaScriptEnabled) await expect(notes(page)).toHaveValue(words);
    else await expect(panel(page)).toContainText('<script>window.pwned=1</script>');
    if (!javaScriptEnabled) continue;
    await harmless(page);
    await panel(page).getByText('Other', { exact: true }).click();
    await hydrated(page);
  }
  const page = await visit(MIRA);
  await go(page, `/approvals/${approval}`);
  await choice(page, 'Reject').check();
  await panel(page).getByText('Other', { exact: true }).click();
  await notes(page).fill(words);
  await send(page).click();
  await expect(panel(page).getByRole('heading', { name: 'Rejected' })).toBeVisible();
  expect(await agent.wait(approval)).toMatchObject({ status: 'rejected', notes: words });
  await harmless(page);
});

/** Nothing ran, and nothing was built that could. */
async function harmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    pwned: 'pwned' in window,
    images: document.querySelectorAll('main img, aside img').length,
    scripts: document.querySelectorAll('main script, aside script').length,
    styled: document.querySelectorAll('main [style]').length,
  }));
  expect(found).toEqual({ pwned: false, images: 0, scripts: 0, styled: 0 });
}
