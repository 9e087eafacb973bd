// The pages of administration, and how one comes to see them.
import type { Page } from '@playwright/test';
import { ANA, MIRA, NOOR, PASSWORD, type Person } from './cast';
import type { Stage } from './states';
import { go, reloaded } from './test';

async function see(stage: Stage, who: Person, path: string): Promise<Page> {
  const page = await stage.visit(who);
  await go(page, path);
  return page;
}

async function person(stage: Stage): Promise<Page> {
  const page = await see(stage, NOOR, '/admin');
  await reloaded(page, async () => page.goto((await page.getByRole('link', { name: ANA.name }).getAttribute('href')) ?? ''));
  return page;
}

/** Fills in the form that makes a key. */
export async function fillKey(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByRole('checkbox', { name: /^hook/ }).check();
  await page.getByLabel("Owner's email").fill(ANA.email);
}

const MAKE = 'Create key and show its secret';
const CONNECT = 'Create its key and show the lines';

/** Connects a client of this kind; leads to the lines to paste. */
export async function connect(page: Page, client: string, name: string): Promise<void> {
  await page.goto('/admin/connect');
  await page.getByRole('radio', { name: client }).check();
  await page.getByLabel('Workflow').selectOption('payments');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByRole('button', { name: CONNECT }).click();
  await page.getByRole('heading', { level: 2, name }).waitFor();
}

/** Adds a reviewer; leads to their page. */
export async function addReviewer(page: Page, { name, email, groups }: Person): Promise<void> {
  await page.goto('/admin/people/new');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByLabel('Email').fill(email);
  await page.getByRole('checkbox', { name: /^Reviewer/ }).check();
  for (const group of groups) await page.getByRole('checkbox', { name: group, exact: true }).check();
  await page.getByLabel('First password').fill(PASSWORD);
  await page.getByLabel('The same again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Add person' }).click();
  await page.waitForURL(/\/admin\/people\/usr_/);
}

/** Makes a key that agents use; gives its secret. */
export async function addKey(page: Page, name: string): Promise<string> {
  await page.goto('/admin/keys/new');
  await fillKey(page, name);
  await page.getByRole('button', { name: MAKE }).click();
  return (await page.getByRole('group', { name: 'Secret' }).innerText()).trim();
}

/** Registers an endpoint on this machine. */
export async function addEndpoint(page: Page, name: string, url: string): Promise<void> {
  await page.goto('/admin/endpoints');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByLabel('Address', { exact: true }).fill(url);
  await page.getByLabel('Allow a private network').check();
  await page.getByRole('button', { name: 'Add endpoint' }).click();
  await page.getByText('Copy the secret now').waitFor();
}

export const ADMIN_STATES: Record<string, (stage: Stage) => Promise<Page>> = {
  'admin-people': (stage) => see(stage, NOOR, '/admin'),
  'admin-people-none': (stage) => see(stage, NOOR, '/admin?group=nowhere'),
  'admin-person': person,
  'admin-notifications': (stage) => see(stage, NOOR, '/admin/notifications'),
  'admin-out-of-office': (stage) => see(stage, NOOR, '/admin/out-of-office'),
  'admin-out-of-office-set': async (stage) => {
    const page = await see(stage, NOOR, '/admin/out-of-office');
    await page.getByLabel('Who is away').fill(MIRA.email);
    await page.getByLabel('Who decides meanwhile').fill(ANA.email);
    await page.getByLabel('Last day').fill(new Date().toISOString().slice(0, 10));
    await page.getByRole('button', { name: 'Set the delegate' }).click();
    await page.getByText('Away now').waitFor();
    return page;
  },
  'admin-person-new': (stage) => see(stage, NOOR, '/admin/people/new'),
  'admin-person-refused': async (stage) => {
    stage.guard.allow(422, /\/people\/new$/);
    const page = await see(stage, NOOR, '/admin/people/new');
    await page.getByLabel('Name').fill('Sam Whitfield');
    await page.getByLabel('Email').fill('sam@example.com');
    await page.getByLabel('First password').fill('too short');
    await page.getByLabel('The same again').fill('too short');
    await reloaded(page, () => page.getByRole('button', { name: 'Add person' }).click());
    return page;
  },
  'admin-groups': (stage) => see(stage, NOOR, '/admin/groups'),
  'admin-group': (stage) => see(stage, NOOR, '/admin/groups/compliance'),
  'admin-keys': async (stage) => {
    const page = await see(stage, NOOR, '/admin/keys');
    await page.getByText('Revoke', { exact: true }).first().click();
    return page;
  },
  'admin-key-new': (stage) => see(stage, NOOR, '/admin/keys/new'),
  'admin-key-made': async (stage) => {
    const page = await see(stage, NOOR, '/admin/keys/new');
    await fillKey(page, 'support-agent');
    await reloaded(page, () => page.getByRole('button', { name: MAKE }).click());
    return page;
  },
  'admin-connect': (stage) => see(stage, NOOR, '/admin/connect'),
  'admin-connected': async (stage) => {
    const page = await stage.visit(NOOR);
    await connect(page, 'Claude Code', 'builder');
    return page;
  },
  'admin-denied': async (stage) => {
    stage.guard.allow(403, /^\/admin$/);
    return see(stage, MIRA, '/admin');
  },
};
