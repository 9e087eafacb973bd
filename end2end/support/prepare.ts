// Makes, once, the data every journey begins with: people, keys and definitions, all through the command line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEV, EVERYBODY, ONBOARDING, PASSWORD, PAYMENTS } from './cast';
import { STAGES } from './definitions';
import { run } from './server';

/** Names the folder for the workers. */
export const FOLDER = 'COUNTERSIGN_END2END_FOLDER';

/** What the workers need to know of it. */
export interface Keys {
  readonly agent: string;
  readonly ledger: string;
}

export default function prepare(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-end2end-'));
  const data = join(folder, 'data');
  for (const { name, email, groups, role = 'reviewer' } of EVERYBODY) {
    const memberships = groups.flatMap((group) => ['--group', group]);
    const add = ['person', 'add', '--email', email, '--name', name, '--role', role, ...memberships];
    run(data, [...add, '--password-stdin'], `${PASSWORD}\n`);
  }
  for (const [place, text] of [ONBOARDING, PAYMENTS, STAGES].entries()) {
    const file = join(folder, `workflow-${place}.yaml`);
    writeFileSync(file, text);
    run(data, ['workflow', 'publish', file]);
  }
  const keys: Keys = {
    agent: run(data, ['key', 'create', '--name', 'onboarding-agent', '--scope', 'hook', '--owner', DEV.email]),
    ledger: run(data, ['key', 'create', '--name', 'ledger', '--scope', 'system', '--source', 'core_ledger']),
  };
  writeFileSync(join(folder, 'keys.json'), JSON.stringify(keys));
  process.env[FOLDER] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
