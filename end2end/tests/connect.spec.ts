// Connecting an agent: its key, the lines to paste, and the first call.
import { NOOR } from '../support/cast';
import { connect } from '../support/admin';
import { expect, go, hydrated, test } from '../support/test';

for (const javaScriptEnabled of [true, false]) {
  test(`a client is connected by lines to paste (${javaScriptEnabled ? 'with' : 'without'} script)`, async ({ console, visit }) => {
    const page = await visit(NOOR, { javaScriptEnabled });
    await page.goto('/admin/keys');
    await page.getByRole('link', { name: 'Connect an agent' }).click();
    await expect(page.getByRole('heading', { level: 2, name: 'Connect an agent' })).toBeVisible();
    await connect(page, 'Your own harness', 'support-agent');
    const lines = await page.getByRole('group', { name: 'Where the harness runs' }).innerText();
    expect(lines).toContain(`COUNTERSIGN_URL=${console.url}`);
    const secret = /csk_[\w-]{43}/.exec(lines)?.[0] ?? '';
    if (javaScriptEnabled) {
      await hydrated(page);
      await expect(page.getByText('Waiting for the first call')).toBeVisible();
      await expect(page.getByText('Connected', { exact: true })).toHaveCount(0);
    }
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ workflow: 'payments', subject: 'web-7', session: { framework: 'own', id: 's-1' }, requested_by: NOOR.email });
    expect((await fetch(`${console.url}/api/v1/runs`, { method: 'POST', headers, body })).status).toBe(201);
    if (javaScriptEnabled) await expect(page.getByText('Connected', { exact: true })).toBeVisible();

    await page.getByRole('link', { name: /^Leave/ }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'support-agent' });
    await expect(row).toContainText(NOOR.name);
    expect(await page.content()).not.toContain(secret);
  });
}

test('each kind of client has lines of its own', async ({ console, visit }) => {
  const page = await visit(NOOR);
  for (const [client, line] of [
    ['Claude Code', `countersign hooks install --server ${console.url} --workflow payments`],
    ['An agent framework', 'COUNTERSIGN_WORKFLOW=payments'],
    ['A model over MCP', `claude mcp add --transport http countersign ${console.url}/mcp`],
  ] as const) {
    await connect(page, client, `agent of ${client}`);
    await expect(page.getByRole('main')).toContainText(line);
  }
});

test('what is missing is said at the field', async ({ guard, visit }) => {
  const page = await visit(NOOR);
  guard.allow(422, /\/admin\/connect$/);
  await go(page, '/admin/connect');
  await page.locator('form[action="/admin/connect"]').evaluate((form: HTMLFormElement) => form.submit());
  await expect(page.getByText('choose what you connect')).toBeVisible();
});
