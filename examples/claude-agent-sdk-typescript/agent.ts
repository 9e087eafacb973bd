// An agent of the Claude Agent SDK behind the hooks that `countersign hooks install` has written.
//
//     npx tsx agent.ts --project ~/project "Tag the release."
//
// The hooks ask before every tool; this program carries none of it. A call that people must agree to is deferred: the
// client ends and tells which. Once they have decided, its session is resumed without a prompt, the hooks ask again, and
// the call runs or the model reads why not. With --listen and --endpoint a signed webhook tells, in place of a poll.
import { type Options, type SDKResultMessage, type SDKUserMessage, query } from '@anthropic-ai/claude-agent-sdk';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type Call, Countersign } from '../typescript/countersign.ts';
import { WebhookReceiver } from '../typescript/webhook-receiver.ts';

/** Tells when people have decided on an approval; false when they have not in time. */
type Decided = (approval: string, seconds: number) => Promise<boolean>;

/** No prompt: a resumed session goes on with the call that was deferred. With a prompt it would lose it. */
async function* nothing(): AsyncGenerator<SDKUserMessage> {}

/** Runs the client once, to its end. */
async function ask(prompt: string | AsyncIterable<SDKUserMessage>, options: Options): Promise<SDKResultMessage> {
  let result: SDKResultMessage | undefined;
  for await (const message of query({ prompt, options })) if (message.type === 'result') result = message;
  if (!result) throw new Error('the client ended without a result');
  return result;
}

/** Lets the agent work; undefined when people have not decided in time. */
async function work(
  console_: Countersign,
  run: string,
  session: string,
  options: Options,
  prompt: string,
  decided: Decided,
  patience: number,
): Promise<SDKResultMessage | undefined> {
  const until = Date.now() + patience * 1000;
  let result = await ask(prompt, { ...options, sessionId: session });
  while (result.subtype === 'success' && result.deferred_tool_use) {
    const { id, name, input } = result.deferred_tool_use;
    const call: Call = { session, tool: name, input, id };
    console.log(`deferred: ${name} ${JSON.stringify(input)}`);
    let check = await console_.check(run, call);
    if (check.outcome === 'suspend' && check.approval && (await decided(check.approval, (until - Date.now()) / 1000)))
      check = await console_.check(run, call);
    // Asked while the console is away, the hooks deny and the call is lost: resume only when it is there.
    if (check.outcome === 'suspend' || check.unasked) return undefined;
    result = await ask(nothing(), { ...options, resume: session });
  }
  return result;
}

/** Waits for webhooks. An outcome may arrive before it is waited for. */
function told(): { act: (data: Record<string, unknown>) => void; decided: Decided } {
  const ended = new Set<string>();
  const waiting = new Map<string, () => void>();
  const act = (data: Record<string, unknown>): void => {
    ended.add(String(data.approval_id));
    waiting.get(String(data.approval_id))?.();
  };
  const decided: Decided = (approval, seconds) =>
    new Promise((resolve) => {
      if (ended.has(approval)) return resolve(true);
      const timer = setTimeout(() => resolve(false), Math.max(0, seconds) * 1000);
      waiting.set(approval, () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  return { act, decided };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      project: { type: 'string', default: process.cwd() },
      workflow: { type: 'string', default: 'shell' },
      subject: { type: 'string', default: 'this-host' },
      patience: { type: 'string', default: '86400' },
      endpoint: { type: 'string' },
      listen: { type: 'string', default: '8702' },
    },
  });
  const console_ = Countersign.fromEnvironment();
  const session = randomUUID();
  const wake = told();
  const secret = process.env.COUNTERSIGN_WEBHOOK_SECRET;
  if (values.endpoint && !secret) throw new Error('COUNTERSIGN_WEBHOOK_SECRET is not set');
  const receiver = values.endpoint ? await WebhookReceiver.listen(secret ?? '', wake.act, Number(values.listen)) : undefined;
  const poll: Decided = async (approval, seconds) => (await console_.wait(approval, seconds)).isFinal;
  try {
    const framework = 'claude-agent-sdk';
    const run = await console_.startRun(values.workflow, values.subject, { framework, id: session, endpoint: values.endpoint });
    const options: Options = {
      cwd: values.project,
      // The project's settings hold the hooks: without them nobody asks. They read the key from the environment.
      settingSources: ['project'],
      permissionMode: (process.env.PERMISSION_MODE ?? 'default') as Options['permissionMode'],
      allowDangerouslySkipPermissions: process.env.PERMISSION_MODE === 'bypassPermissions',
      env: { ...process.env, COUNTERSIGN_RUN: run },
    };
    const decided = receiver ? wake.decided : poll;
    const result = await work(console_, run, session, options, positionals.join(' '), decided, Number(values.patience));
    console.log(result ? ('result' in result ? result.result : result.subtype) : 'people have not decided yet');
    return result ? Number(result.is_error) : 75;
  } finally {
    await receiver?.close();
  }
}

process.exitCode = await main();
