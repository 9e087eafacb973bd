// Definitions the console is prepared with, beside those of the cast.
import { readFileSync } from 'node:fs';

/** The shipped onboarding in five stages, under a name of its own. */
export const STAGES = readFileSync(new URL('../../workflows/financial-onboarding.yaml', import.meta.url), 'utf8')
  .replace('name: financial-onboarding', 'name: account-stages')
  .replace('title: Financial onboarding', 'title: Accounts in stages');
