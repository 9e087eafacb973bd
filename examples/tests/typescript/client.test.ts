// The client by itself: what it takes for an answer, and which signatures it believes.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { BadSignature, type Call, Countersign, Refused, verifyWebhook } from '../../typescript/countersign.ts';
import { WebhookReceiver } from '../../typescript/webhook-receiver.ts';
import { Console } from './console.ts';

const CALL: Call = { session: 's1', tool: 'refund', input: { amount: 75 }, id: 'c1' };
const SECRET = `whsec_${Buffer.from('a key of twenty-four byte').toString('base64')}`;

/** Asks a server that answers so, and gives how often it was asked. */
async function against<T>(answer: RequestListener, ask: (client: Countersign) => Promise<T>): Promise<[T, number]> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return [await ask(new Countersign(url, 'csk_x', 3)), asked];
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const answers = (status: number, body: string, headers = {}): RequestListener => {
  return (_, response) => void response.writeHead(status, headers).end(body);
};

for (const [name, answer, times] of [
  ['an error of the server', answers(500, '{"outcome":"allow"}'), 3],
  ['too many requests', answers(429, '', { 'retry-after': '0' }), 3],
  ['a refusal', answers(403, '{"code":"wrong_scope","outcome":"allow"}'), 1],
  ['a redirect', answers(302, '', { location: 'http://127.0.0.1:1/' }), 3],
  ['a page', answers(200, '<html>Sign in</html>'), 3],
  ['nothing', answers(204, ''), 3],
  ['an empty object', answers(200, '{}'), 1],
  ['a word it does not know', answers(200, '{"outcome":"allowed"}'), 1],
  ['a suspension without an approval', answers(200, '{"outcome":"suspend"}'), 1],
] as const) {
  test(`${name} is a block`, async () => {
    const [check, asked] = await against(answer, (client) => client.check('run_1', CALL));
    assert.equal(check.outcome, 'block');
    assert.equal(asked, times);
  });
}

test('what may pass is asked again', async () => {
  let first = true;
  const answer: RequestListener = (_, response) => {
    response.writeHead(first ? 503 : 200, first ? { 'retry-after': '0' } : {}).end('{"outcome":"allow"}');
    first = false;
  };
  const [check, asked] = await against(answer, (client) => client.check('run_1', CALL));
  assert.deepEqual([check.outcome, asked], ['allow', 2]);
});

test('a refusal of a poll is told at once', async () => {
  const [error] = await against(answers(404, '{"code":"not_found"}'), (client) => client.wait('apr_1', 30).catch((refused) => refused));
  assert.ok(error instanceof Refused);
  assert.equal(error.code, 'not_found');
});

test('the real server settles a call', async () => {
  const console_ = await Console.start();
  try {
    const client = new Countersign(console_.url, console_.agentKey);
    const run = await client.startRun('refunds', 'cust_1', { framework: 'test', id: 's1' });
    assert.equal(await client.startRun('refunds', 'cust_1', { framework: 'test', id: 's2' }, 'key'), await client.startRun('refunds', 'cust_1', { framework: 'test', id: 's2' }, 'key'));
    const looking: Call = { session: 's1', tool: 'look_up_order', input: { order_id: 'ord_88' }, id: 'c0' };
    assert.equal((await client.check(run, looking)).outcome, 'allow');
    assert.ok(await client.report(run, looking, { paid: true }));
    const call: Call = { ...CALL, input: { order_id: 'ord_88', amount: 75 } };
    const [check] = await Promise.all([client.settle(run, call, 60), console_.decide('approve')]);
    assert.equal(check.outcome, 'allow');
    const other: Call = { ...call, input: { order_id: 'ord_88', amount: 90 } };
    assert.match((await client.check(run, other)).message, /input_changed/);
  } finally {
    await console_.close();
  }
});

function signed(body: string, at = Math.trunc(Date.now() / 1000), id = 'res_1'): Record<string, string> {
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,AAAA v1,${signature}` };
}

test('a signature is believed when it is right, and new', () => {
  const body = '{"type":"approval.decided","data":{}}';
  assert.equal(verifyWebhook(SECRET, signed(body), Buffer.from(body)).type, 'approval.decided');
  const refused = (headers: Record<string, string>, text = body, secret = SECRET): void => {
    assert.throws(() => verifyWebhook(secret, headers, Buffer.from(text)), BadSignature);
  };
  refused(signed(body), `${body} `);
  refused(signed(body, Math.trunc(Date.now() / 1000) - 600));
  refused({ ...signed(body), 'webhook-id': 'res_2' });
  refused({ ...signed(body), 'webhook-signature': '' });
  refused({ ...signed(body), 'webhook-timestamp': 'now' });
  refused(signed(body), body, 'whsec_');
  refused(signed('[]'), '[]');
});

test('the receiver acts once on what is signed', async () => {
  const acted: unknown[] = [];
  const receiver = await WebhookReceiver.listen(SECRET, (data) => acted.push(data.approval_id));
  const body = '{"type":"approval.decided","data":{"approval_id":"apr_1"}}';
  const post = async (headers: Record<string, string>, text = body): Promise<number> => {
    return (await fetch(receiver.url, { method: 'POST', headers, body: text })).status;
  };
  assert.deepEqual([await post(signed(body)), await post(signed(body)), await post({}), await post(signed(body), 'x')], [204, 204, 401, 401]);
  assert.equal(await post({}, 'x'.repeat(100_000)), 413);
  await receiver.close();
  assert.deepEqual(acted, ['apr_1']);
});
