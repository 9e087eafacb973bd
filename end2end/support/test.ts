// The journeys' `test`: each gets a console of its own (a copy of the prepared data, a server on a free port), people
// who are signed in, agents, and a guard over every browser window.
import { type APIRequestContext, type BrowserContext, type BrowserContextOptions, type Page, test as base, expect } from '@playwright/test';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, type Start } from './agent';
import { PASSWORD, type Person } from './cast';
import { Guard } from './guard';
import { FOLDER, type Keys } from './prepare';
import { run, serve } from './server';
import type { Story } from './stories';

export { expect };

export interface Console {
  readonly url: string;
  /** Starts a run as an agent's harness does. */
  readonly agent: (start: Start) => Promise<Agent>;
  /** The same with another agent's key. */
  readonly agentWith: (key: string, start: Start) => Promise<Agent>;
  /** Its data folder. */
  readonly data: string;
  /** Runs a command of the binary on its data, beside the server. */
  readonly command: (...args: string[]) => string;
  /** What the server printed and logged so far. */
  readonly log: () => string;
}

/** Somebody decides elsewhere, without a window. */
export type Decide = (who: Person, story: Story, ballot: Record<string, string>) => Promise<void>;

/** Opens a browser window of somebody's own, signed in unless it is nobody's. */
export type Visit = (who: Person | null, options?: BrowserContextOptions) => Promise<Page>;

interface Fixtures {
  /** Whether the console begins with nothing: no people, no workflows. */
  readonly isNew: boolean;
  readonly console: Console;
  readonly guard: Guard;
  readonly visit: Visit;
  readonly decide: Decide;
}

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };
export const SIZES = { wide: WIDE, narrow: NARROW };

export const test = base.extend<Fixtures>({
  isNew: [false, { option: true }],

  console: async ({ isNew }, use, info) => {
    const folder = process.env[FOLDER];
    if (!folder) throw new Error('the global setup has not run');
    const keys = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as Keys;
    const data = mkdtempSync(join(folder, 'console-'));
    if (!isNew) cpSync(join(folder, 'data'), data, { recursive: true });
    const server = await serve(data);
    const agentWith = (agent: string, start: Start) => Agent.start(server.url, { ...keys, agent }, start);
    const command = (...args: string[]) => run(data, args);
    await use({ url: server.url, agent: (start) => agentWith(keys.agent, start), agentWith, data, command, log: server.log });
    await server.stop();
    const broken = server.log().split('\n').filter((line) => /\b(ERROR|panicked)\b/.test(line));
    if (info.status !== info.expectedStatus) await info.attach('server', { body: server.log() });
    rmSync(data, { recursive: true, force: true });
    expect(broken, 'the server logs no error').toEqual([]);
  },

  guard: async ({ console }, use) => {
    const guard = new Guard(console.url);
    await use(guard);
    expect(guard.settle(), 'the browser has nothing to complain about').toEqual([]);
  },

  visit: async ({ browser, console, guard }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (who, options = {}) => {
      const context = await browser.newContext({ baseURL: console.url, ...options });
      contexts.push(context);
      guard.watch(context, options.javaScriptEnabled ?? true);
      return open(context, console.url, who);
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  decide: async ({ console, playwright }, use) => {
    await use(async (who, { agent, approval }, ballot) => {
      const api = await playwright.request.newContext();
      await submit(api, console.url, '/sign-in', { email: who.email, password: PASSWORD });
      const { revision, package_digest } = await agent.approval(approval);
      const form = { revision: String(revision), package_digest: String(package_digest), ...ballot };
      await submit(api, console.url, `/approvals/${approval}/decide`, form);
      await api.dispose();
    });
  },
});

async function open(context: BrowserContext, url: string, who: Person | null): Promise<Page> {
  await context.addInitScript(watchPage);
  if (who) await submit(context.request, url, '/sign-in', { email: who.email, password: PASSWORD });
  return context.newPage();
}

/** Posts a form as the page would, without the page. */
async function submit(api: APIRequestContext, url: string, path: string, form: Record<string, string>): Promise<void> {
  const answer = await api.post(`${url}${path}`, { form, headers: { origin: url }, maxRedirects: 0 });
  expect(answer.status(), `${path}: ${await answer.text()}`).toBe(303);
}

/** Runs in every page before its own scripts: reports policy violations, and notes when hydration is over. */
function watchPage(): void {
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) => {
    console.error(`policy violation: ${violatedDirective} ${blockedURI} ${sourceFile}`);
  });
  const begin = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const { module, instance } = await begin(source, imports);
    const hydrate = (...given: unknown[]) => {
      const result: unknown = (instance.exports.hydrate as (...given: unknown[]) => unknown)(...given);
      // What hydration has queued runs first.
      requestAnimationFrame(() => setTimeout(() => Object.assign(window, { isHydrated: true })));
      return result;
    };
    return { module, instance: { exports: { ...instance.exports, hydrate } } as WebAssembly.Instance };
  };
}

/** Makes a window miss what happens elsewhere, as it does in the moment before it hears. */
export async function deaf(page: Page): Promise<Page> {
  await page.addInitScript(() => {
    class Silence extends EventTarget {
      close(): void {}
    }
    Object.assign(window, { EventSource: Silence });
  });
  return page;
}

/** Waits until the page's own script has taken over. */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => 'isHydrated' in window);
}

/** Does what loads another document, and waits until that one is alive. */
export async function reloaded(page: Page, act: () => Promise<unknown>): Promise<void> {
  await page.evaluate(() => Reflect.deleteProperty(window, 'isHydrated'));
  await act();
  await hydrated(page);
}

/** Goes to an address and waits until it is alive. */
export async function go(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}
