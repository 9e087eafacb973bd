// Hostile names and words of people, keys, endpoints, receivers, runs and requests: shown as they are, marked where
// they hide something, and without effect.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addEndpoint, addKey, addReviewer } from '../support/admin';
import { ANA, MIRA, NOOR, PASSWORD, PAYMENTS, type Person } from '../support/cast';
import { LINK, MARKUP, NAME, bears, harmless, marked } from '../support/harmless';
import { approve, choice, notes, panel, send } from '../support/panel';
import { note } from '../support/stories';
import { expect, go, test } from '../support/test';
import { publish } from '../support/workflows';

test.describe.configure({ timeout: 120_000 });

const EVE: Person = { name: NAME, email: 'eve@example.com', groups: ['compliance'] };
/** What may name a tool: anything that can be shown. */
const TOOL = 'no\u202ete\u200b <svg onload=window.pwned=1>';

test('runs, their pages, the log and the palette bear hostile words', async ({ console, visit }) => {
  const agent = await console.agent({ workflow: 'payments', subject: NAME });
  await agent.record({ status: 'OPEN', owner: NAME }, `ref ${MARKUP}`);
  await agent.assert({ owner: `${LINK} ${NAME}`, [MARKUP]: NAME }, `${NAME} ${LINK}`);
  const approval = await agent.suspend('message-1', 'message', { text: NAME });
  const page = await visit(ANA);
  await bears(page, '/runs');
  await expect(page.getByRole('main')).toContainText('<script>window.pwned=1</script>');
  await bears(page, `/runs/${agent.run}`);
  await go(page, `/approvals/${approval}`);
  await approve(page, NAME);
  await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();
  await bears(page, `/approvals/${approval}`);
  await bears(page, '/audit');
  await bears(page, `/audit?run=${agent.run}&q=${encodeURIComponent(NAME)}`);
  await bears(page, `/runs?subject=${encodeURIComponent(NAME)}`);
  for (const kind of ['run.started', 'decision.recorded', 'assertion.recorded', 'fact.written']) {
    await go(page, `/audit?kind=${kind}`);
    const event = page.locator('main a[href^="/audit/"]').first();
    await bears(page, (await event.getAttribute('href')) ?? '');
    await expect(page.getByRole('complementary', { name: 'Event' })).toBeVisible();
  }
  await go(page, '/approvals');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('oot');
  await expect(page.getByRole('option', { name: /window\.pwned/ }).first()).toBeVisible();
  await harmless(page);
  await marked(page);
});

test('a hostile name of a person is borne wherever it stands', async ({ console, guard, visit }) => {
  const admin = await visit(NOOR);
  await addReviewer(admin, EVE);
  await bears(admin, new URL(admin.url()).pathname);
  for (const path of ['/admin', '/admin/groups/compliance', '/admin/groups/risk', '/audit']) await bears(admin, path);

  const agent = await console.agent({ workflow: 'payments', subject: 'acc_1' });
  const first = await agent.suspend('note-1', 'note', { text: 'Call.' });
  const { approval: second } = await note(console, 'acc_2');
  const mira = await visit(MIRA);
  await go(mira, `/approvals/${first}`);
  await expect(panel(mira)).toContainText('U+202E right-to-left');
  await choice(mira, 'Reject').check();
  const eve = await visit(EVE);
  for (const path of ['/approvals', '/profile', `/approvals/${first}`]) await bears(eve, path);
  await choice(eve, 'Approve').check();
  await send(eve).click();
  await expect(panel(eve).getByRole('heading', { name: 'Approved' })).toBeVisible();
  // Who was about to decide reads who was first.
  await expect(panel(mira).getByRole('alert')).toContainText('U+202E right-to-left');
  await marked(mira);
  for (const path of [`/approvals/${first}`, '/audit?actor=people']) await bears(eve, path);
  for (const path of [`/approvals/${first}`, `/approvals/${second}`, `/runs/${agent.run}`, '/audit']) await bears(mira, path);
  await go(mira, '/audit');
  await mira.getByText('Actor', { exact: true }).first().click();
  await mira.getByRole('link', { name: /window\.pwned/ }).filter({ visible: true }).first().click();
  await expect(mira).toHaveURL(/actor=usr_/);
  await marked(mira);

  guard.allow(422, /\/people\/new$/);
  await go(admin, '/admin/people/new');
  await admin.getByLabel('Name').fill(NAME);
  await admin.getByLabel('Email').fill(EVE.email);
  await admin.getByLabel('First password').fill('short');
  await admin.getByLabel('The same again').fill('short');
  await admin.getByRole('button', { name: 'Add person' }).click();
  await expect(admin.getByRole('alert').first()).toBeVisible();
  await expect(admin.getByLabel('Name')).toHaveValue(NAME);
  await harmless(admin);
  await marked(admin);
});

test('hostile names of keys and tools are borne', async ({ console, visit }) => {
  const admin = await visit(NOOR);
  const key = await addKey(admin, NAME);
  await harmless(admin);
  await marked(admin);
  await bears(admin, '/admin/keys');
  const tool = JSON.stringify(TOOL);
  await publish(admin, PAYMENTS.replace('  note: {', `  ${tool}: {`).replace('[note, message]', `[${tool}, message]`), 2);
  await bears(admin, '/workflows/payments?tab=tools');
  const agent = await console.agentWith(key, { workflow: 'payments', subject: 'acc_1' });
  const approval = await agent.suspend('note-1', TOOL, { text: 'Call.' });
  const page = await visit(ANA);
  for (const path of ['/approvals', '/runs', `/runs/${agent.run}`, '/audit', `/approvals/${approval}`]) await bears(page, path);
  await choice(page, 'Approve').check();
  await marked(page);
  await send(page).click();
  await expect(panel(page).getByRole('heading', { name: 'Approved' })).toBeVisible();
  await marked(page);
  await agent.wait(approval);
  await agent.use('note-1', TOOL, { text: 'Call.' }, { ok: NAME });
  await bears(page, `/approvals/${approval}`);
});

test('hostile names of groups and endpoints are refused, and shown as they were typed', async ({ guard, visit }) => {
  const page = await visit(NOOR);
  guard.allow(422, /\/admin\/groups$/);
  guard.allow(422, /\/admin\/endpoints$/);
  guard.allow(404, /\/admin\/groups\//);
  await go(page, '/admin/groups');
  await page.getByLabel('Name').fill(NAME);
  await page.getByRole('button', { name: 'Create group' }).click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await expect(page.getByLabel('Name')).toHaveValue(NAME);
  await harmless(page);
  await marked(page);
  await bears(page, `/admin/groups/${encodeURIComponent(NAME)}`);
  await bears(page, `/admin?group=${encodeURIComponent(NAME)}`);
  for (const [name, url] of [[NAME, 'https://example.com/'], ['agent', LINK], ['agent', `https://${NAME}/`]] as const) {
    await go(page, '/admin/endpoints');
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Address', { exact: true }).fill(url);
    await page.getByRole('button', { name: 'Add endpoint' }).click();
    await expect(page.getByRole('alert').first()).toBeVisible();
    await harmless(page);
    await marked(page);
  }
});

test('hostile receivers are borne', async ({ guard, visit }) => {
  const receiver = createServer((_, answer) => answer.writeHead(500, { 'content-type': 'text/html' }).end(NAME));
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready));
  const { port } = receiver.address() as AddressInfo;
  const page = await visit(NOOR);
  await addEndpoint(page, 'broken', `http://127.0.0.1:${port}/\u202e?${NAME}`);
  await harmless(page);
  await marked(page);
  guard.allow(409, /\/admin\/endpoints$/);
  await page.getByRole('button', { name: 'Send a test: broken' }).click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await harmless(page);
  await marked(page);
  for (const path of ['/admin/endpoints', '/admin/deliveries', '/audit']) await bears(page, path);
  await go(page, '/admin/deliveries');
  await expect(page.getByRole('row', { name: /broken/ })).toContainText('500');
  receiver.close();
});

test('requests, questions and answers bear hostile words', async ({ console, visit }) => {
  const admin = await visit(NOOR);
  await publish(admin, PAYMENTS.replace('facts:', 'requests: { policy: one }\nfacts:'), 2);
  const agent = await console.agent({ workflow: 'payments', subject: 'acc_5' });
  const asked = await agent.ask(NAME, [
    { role: NAME.slice(0, 40), text: `${NAME}\u001b[31m\u0000` },
    { role: 'assistant', text: LINK, more: { [MARKUP]: LINK } },
  ]);
  const page = await visit(ANA);
  await bears(page, `/approvals/${asked}`);
  await expect(page.getByRole('region', { name: 'Transcript' })).toContainText('U+001B escape');
  await panel(page).getByRole('radio', { name: /information/i }).check();
  await notes(page).filter({ visible: true }).fill(NAME);
  await panel(page).getByRole('button', { name: 'Send the question' }).filter({ visible: true }).click();
  await expect(panel(page).getByRole('heading', { name: 'Waits for information' })).toBeVisible();
  await bears(page, `/approvals/${asked}`);
  await agent.inform(asked, NAME, { [MARKUP]: NAME });
  for (const path of [`/approvals/${asked}`, '/approvals', '/audit']) await bears(page, path);
  await go(page, `/approvals/${asked}`);
  await expect(page.getByRole('region', { name: 'Information' })).toContainText('<script>window.pwned=1</script>');
});

test.describe('on a new server', () => {
  test.use({ isNew: true });

  test('the set-up bears hostile names', async ({ console, guard, visit }) => {
    const link = () => /Set up at (\S+)/.exec(console.log())?.[1] ?? '';
    await expect.poll(link).toContain('/set-up?token=');
    guard.allow(422, /\/set-up$/);
    const page = await visit(null);
    await page.goto(link());
    for (const again of ['another passphrase altogether', PASSWORD]) {
      await page.getByLabel('Name').fill(NAME);
      await page.getByLabel('Email').fill(EVE.email);
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByLabel('Password, once more').fill(again);
      await page.getByRole('button', { name: 'Add and sign in' }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(again === PASSWORD ? 'Publish a first workflow' : 'Name the first administrator');
      await harmless(page);
      await marked(page);
    }
    await page.getByRole('button', { name: 'Continue without' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connect an agent');
    await harmless(page);
    await marked(page);
    for (const path of ['/approvals', '/profile', '/admin']) await bears(page, path);
  });
});
