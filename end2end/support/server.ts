// The product's binary: one-off commands on a data folder, and a server on a free port.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const built = (path: string) => fileURLToPath(new URL(`../../target/${path}`, import.meta.url));
const BINARY = process.env.COUNTERSIGN_BIN ?? built('debug/countersign');
const SITE = process.env.COUNTERSIGN_SITE_DIR ?? built('site');

/** Runs a command to its end and gives what it printed. */
export function run(data: string, args: string[], input = ''): string {
  const done = spawnSync(BINARY, ['--data', data, ...args], { input, encoding: 'utf8' });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`countersign ${args.join(' ')}: ${done.stderr || done.stdout}`);
  return done.stdout.trim();
}

export interface Server {
  readonly url: string;
  /** What it logged; a journey that ends well has no errors in it. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** Starts a server and waits until it says that it is ready. */
export async function serve(data: string): Promise<Server> {
  const child = spawn(BINARY, ['--data', data, 'serve', '--listen', '127.0.0.1:0', '--site', SITE], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((ready, failed) => {
    lines.on('line', (line) => {
      log += `${line}\n`;
      const match = /Countersign is ready at (http:\S+)/.exec(line);
      if (match) ready(match[1].replace(/\/$/, ''));
    });
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}:\n${log}`)));
  });
  return { url, log: () => log, stop: () => stop(child) };
}

/** Asks a server to end, as an operator would, and waits until it has. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(patience);
}
