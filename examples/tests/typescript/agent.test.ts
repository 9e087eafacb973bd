// The Claude Agent SDK with the client it brings along, behind the hooks as they are installed; polled and woken.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Console, EXAMPLES, until } from './console.ts';
import { ScriptedModel } from './scripted-model.ts';

let console_: Console;
let model: ScriptedModel;
let ledger: string;

beforeEach(async () => {
  console_ = await Console.start();
  model = await ScriptedModel.start();
  ledger = join(console_.folder, 'ledger');
  for (const folder of ['home', 'project']) mkdirSync(join(console_.folder, folder));
  const project = join(console_.folder, 'project');
  console_.run(['hooks', 'install', '--server', console_.url, '--workflow', 'shell', '--project', project]);
  model.calls.push({ id: 'toolu_1', name: 'Bash', input: { command: `echo tagged >> ${ledger}`, description: 'Tags' } });
});

afterEach(async () => {
  await model.close();
  await console_.close();
});

interface Work {
  readonly process: ChildProcess;
  readonly printed: () => string;
  readonly ended: Promise<number | null>;
}

/** Starts the program; nobody but the gate would keep a tool from running. */
function work(words: string[] = [], more: Record<string, string> = {}): Work {
  const program = join(EXAMPLES, 'claude-agent-sdk-typescript/agent.ts');
  const project = join(console_.folder, 'project');
  const child = spawn(process.execPath, ['--import', 'tsx', program, '--project', project, ...words, 'Tag it.'], {
    cwd: EXAMPLES,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: join(console_.folder, 'home'),
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: 'sk-ant-of-no-use',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      IS_SANDBOX: '1',
      PERMISSION_MODE: 'bypassPermissions',
      COUNTERSIGN_URL: console_.url,
      COUNTERSIGN_KEY: console_.agentKey,
      ...more,
    },
  });
  let printed = '';
  child.stdout.on('data', (part) => (printed += part));
  child.stderr.on('data', (part) => (printed += part));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { process: child, printed: () => printed, ended };
}

const times = (): number => (existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\n').length : 0);
const last = (text: string): string | undefined => text.trim().split('\n').at(-1);

test('an approved call runs once when its session is resumed', async () => {
  const agent = work();
  await console_.decide('approve');
  assert.equal(await agent.ended, 0, agent.printed());
  assert.match(agent.printed(), /^deferred: Bash/);
  assert.equal(last(agent.printed()), 'done');
  assert.equal(times(), 1);
  assert.equal((await console_.kinds()).filter((kind) => kind === 'tool.executed').length, 1);
});

test('the words of the reviewer reach the model', async () => {
  const agent = work();
  await console_.decide('reject', 'The changelog is missing.');
  assert.equal(await agent.ended, 0, agent.printed());
  assert.equal(times(), 0);
  assert.match(model.read(), /The changelog is missing\./);
});

test('a signed webhook wakes the session', async () => {
  const probe = createServer();
  await new Promise<void>((ready) => probe.listen(0, '127.0.0.1', ready));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  const url = `http://127.0.0.1:${port}/hooks/countersign`;
  const secret = console_.run(['endpoint', 'add', '--name', 'claude', '--url', url, '--allow-private']);
  const agent = work(['--endpoint', 'claude', '--listen', String(port)], { COUNTERSIGN_WEBHOOK_SECRET: secret });
  await console_.decide('approve');
  assert.equal(await agent.ended, 0, agent.printed());
  assert.equal(times(), 1);
  assert.ok((await console_.kinds()).includes('resumption.delivered'));
});

test('without the server the session is not resumed', async () => {
  const agent = work(['--patience', '3']);
  await until('the deferral', () => /deferred: Bash/.test(agent.printed()) || undefined);
  await console_.kill();
  assert.equal(await agent.ended, 75, agent.printed());
  assert.equal(times(), 0);
  assert.equal(model.requests.length, 1);
});

test('without the server the hooks deny', async () => {
  model.before = () => console_.kill();
  const agent = work();
  assert.equal(await agent.ended, 0, agent.printed());
  assert.equal(times(), 0);
  assert.equal(model.requests.length, 2);
});
