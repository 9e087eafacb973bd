// The pages of workflows, and how one comes to see them.
import { type Locator, type Page, expect, request } from '@playwright/test';
import { MIRA, NOOR, PASSWORD, PAYMENTS, type Person } from './cast';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from './states';
import { type Console, go, reloaded } from './test';

/** A version that approvals stay valid in for longer, and that asks for one thing more. */
export const LOOSER = PAYMENTS.replace('valid_for: 2h', 'valid_for: 4h').replace(
  '    review: { policy: one,',
  '    require:\n      - { name: still_open, when: \'facts.status == "OPEN"\', otherwise: "The account is not open." }\n    review: { policy: one,',
);

/** The same with a slip near its end, which the fault's message knows how to mend. */
export const FAULTY = LOOSER.replace('still_open, when: \'facts.status', 'still_open, when: \'facts.staus');

/** Where the slip is. */
export const FAULTY_LINE = FAULTY.split('\n').findIndex((line) => line.includes('staus')) + 1;

export const source = (page: Page): Locator => page.getByLabel('Definition', { exact: true });

export const check = (page: Page): Promise<void> => page.getByRole('button', { name: 'Check', exact: true }).click();

/** Publishes a text as the next version of the payments. */
export async function publish(page: Page, text: string, version: number): Promise<void> {
  await page.goto('/workflows/payments/edit');
  await source(page).fill(text);
  await check(page);
  await page.getByRole('button', { name: `Publish version ${version}` }).click();
  await page.waitForURL(/\/workflows\/payments$/);
}

/** Somebody confirms a version that waits for a second administrator, without a page. */
export async function confirmed(url: string, { email }: Person, name: string, version: number): Promise<void> {
  const api = await request.newContext();
  const headers = { origin: url };
  const [signIn, ruling] = [{ email, password: PASSWORD }, { form: 'rule', version: String(version), base: String(version - 1), act: 'confirm', reason: '' }];
  await api.post(`${url}/sign-in`, { form: signIn, headers, maxRedirects: 0 });
  const answer = await api.post(`${url}/workflows/${name}`, { form: ruling, headers, maxRedirects: 0 });
  expect(answer.status(), await answer.text()).toBe(303);
  await api.dispose();
}

/** Publishes a looser version at the command line, which waits for an administrator. */
export function propose(console: Console): void {
  const file = join(console.data, 'looser.yaml');
  writeFileSync(file, LOOSER);
  console.command('workflow', 'publish', file);
}

async function see(stage: Stage, who: Person, path: string): Promise<Page> {
  const page = await stage.visit(who);
  await go(page, path);
  return page;
}

async function checked(stage: Stage, text: string): Promise<Page> {
  const page = await see(stage, NOOR, '/workflows/payments/edit');
  await source(page).fill(text);
  await reloaded(page, () => check(page));
  return page;
}

export const WORKFLOW_STATES: Record<string, (stage: Stage) => Promise<Page>> = {
  'workflows': (stage) => see(stage, NOOR, '/workflows'),
  'workflow': (stage) => see(stage, NOOR, '/workflows/financial-onboarding'),
  'workflow-short-of-reviewers': async (stage) => {
    const page = await stage.visit(NOOR);
    await publish(page, PAYMENTS.replace('{ group: compliance, count: 1 }', '{ group: treasury, count: 1 }'), 2);
    await go(page, '/workflows/payments');
    return page;
  },
  'workflow-changes': async (stage) => {
    const page = await stage.visit(NOOR);
    await publish(page, LOOSER, 2);
    await go(page, '/workflows/payments?tab=changes');
    return page;
  },
  'workflow-policies': (stage) => see(stage, MIRA, '/workflows/financial-onboarding?tab=policies'),
  'workflow-tools': (stage) => see(stage, MIRA, '/workflows/financial-onboarding?tab=tools'),
  'workflow-versions': (stage) => see(stage, MIRA, '/workflows/financial-onboarding?tab=versions'),
  'workflow-new': (stage) => see(stage, NOOR, '/workflows/new'),
  'workflow-faults': (stage) => {
    stage.guard.allow(422, /\/edit$/);
    return checked(stage, FAULTY);
  },
  'workflow-preview': (stage) => checked(stage, LOOSER),
  'workflow-proposed': async (stage) => {
    propose(stage.console);
    return see(stage, NOOR, '/workflows/payments?tab=changes&version=2');
  },
  'workflow-proposed-list': async (stage) => {
    propose(stage.console);
    return see(stage, MIRA, '/workflows');
  },
  'workflow-denied': (stage) => {
    stage.guard.allow(403, /\/workflows\/new$/);
    return see(stage, MIRA, '/workflows/new');
  },
  'workflow-unknown': (stage) => {
    stage.guard.allow(404, /\/workflows\/nothing$/);
    return see(stage, MIRA, '/workflows/nothing');
  },
};
