// A real Countersign server with people, keys and workflows, and a reviewer who decides over its API.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const EXAMPLES = fileURLToPath(new URL('../..', import.meta.url));
const BINARY = process.env.COUNTERSIGN_BIN ?? join(EXAMPLES, '../target/debug/countersign');
const SITE = process.env.COUNTERSIGN_SITE_DIR ?? join(EXAMPLES, '../target/site');

type Json = Record<string, any>;

/** Looks again and again until something is there. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const end = Date.now() + 120_000; Date.now() < end; await new Promise((next) => setTimeout(next, 20))) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}

export class Console {
  readonly folder = mkdtempSync(join(tmpdir(), 'countersign-examples-'));
  readonly agentKey: string;
  readonly leadKey: string;
  url = '';
  #process: ChildProcess | undefined;

  private constructor() {
    const person = ['person', 'add', '--password-stdin', '--email'];
    this.run([...person, 'priya@example.com', '--name', 'Priya Nair', '--role', 'reviewer', '--group', 'leads'], 'a long passphrase');
    this.run([...person, 'dev@example.com', '--name', 'Dev Patel', '--role', 'admin'], 'another passphrase');
    for (const name of ['refunds', 'shell']) this.run(['workflow', 'publish', join(EXAMPLES, `workflows/${name}.yaml`)]);
    this.agentKey = this.run(['key', 'create', '--owner', 'dev@example.com', '--name', 'agent', '--scope', 'hook']);
    this.leadKey = this.run(['key', 'create', '--owner', 'priya@example.com', '--name', 'priya', '--scope', 'reviewer']);
  }

  static async start(): Promise<Console> {
    const made = new Console();
    await made.serve();
    return made;
  }

  /** Runs the command line on the data folder. */
  run(words: string[], input = ''): string {
    const done = spawnSync(BINARY, ['--data', join(this.folder, 'data'), ...words], { input, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${words.join(' ')}: ${done.error ?? done.stderr}`);
    return done.stdout.trim();
  }

  async serve(): Promise<void> {
    const words = ['--data', join(this.folder, 'data'), 'serve', '--listen', '127.0.0.1:0', '--site', SITE];
    const child = spawn(BINARY, words, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#process = child;
    this.url = await new Promise<string>((ready, failed) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const match = /Countersign is ready at (http:\S+)/.exec(line);
        if (match?.[1]) ready(match[1].replace(/\/$/, ''));
      });
      child.once('error', failed);
      child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
    });
  }

  /** Ends the server at once. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async ask(path: string, body?: Json, key = this.leadKey): Promise<Json> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const method = body ? 'POST' : 'GET';
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Json;
  }

  /** Waits for an approval and decides it with the lead's own token. */
  async decide(verdict: 'approve' | 'reject', notes?: string): Promise<string> {
    const approval = await this.pending();
    const { revision, package_digest } = await this.ask(`/approvals/${approval}`);
    const reason = verdict === 'reject' ? { reason_code: 'other' } : {};
    await this.ask(`/approvals/${approval}/decisions`, { verdict, revision, package_digest, notes, ...reason });
    return approval;
  }

  /** Waits for an approval. */
  pending(): Promise<string> {
    return until('an approval', async () => (await this.ask('/approvals?status=pending')).items[0]?.id as string | undefined);
  }

  /** The kinds of the events of all runs. */
  async kinds(): Promise<string[]> {
    const kinds: string[] = [];
    for (const { run_id } of (await this.ask('/runs', undefined, this.agentKey)).items) {
      const page = await this.ask(`/runs/${run_id}/timeline?limit=200`, undefined, this.agentKey);
      kinds.push(...page.items.map((event: Json) => event.kind));
    }
    return kinds;
  }
}
