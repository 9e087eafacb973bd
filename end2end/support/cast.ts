// Who takes part in the journeys, and the definitions they happen in.
import { readFileSync } from 'node:fs';

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly groups: readonly string[];
  /** A reviewer unless told. */
  readonly role?: string;
}

function person(name: string, ...groups: string[]): Person {
  return { name, email: `${name.split(' ')[0].toLowerCase()}@example.com`, groups };
}

export const ANA = person('Ana Ruiz', 'compliance');
export const TOMAS = person('Tomás Lindqvist', 'risk');
export const MIRA = person('Mira Okafor', 'compliance', 'risk');
/** Owns the agents. */
export const DEV = person('Dev Patel', 'compliance');
/** Asks for the runs. */
export const ROSA = person('Rosa Quist', 'compliance');
/** Belongs to no group that decides here. */
export const LENA = person('Lena Vogt', 'support');
/** Administers, decides nothing. */
export const NOOR: Person = { ...person('Noor Haddad'), role: 'admin' };
/** Reads everything, decides nothing. */
export const IVO: Person = { ...person('Ivo Brandt'), role: 'auditor' };
/** Works escalations. */
export const PRIYA: Person = { ...person('Priya Nair'), role: 'support_lead' };
export const EVERYBODY = [ANA, TOMAS, MIRA, DEV, ROSA, LENA, NOOR, IVO, PRIYA];

export const PASSWORD = 'a passphrase for tests';

/** The shipped definition that the long journeys follow. */
export const ONBOARDING = readFileSync(new URL('./onboarding-by-gates.yaml', import.meta.url), 'utf8');

/** Small enough to know by heart: an open account, then people. */
export const PAYMENTS = `
name: payments
title: Payments
subject: account
default: block
tools:
  pay: { input: { to: string, amount: number }, reversible: false, risk: high, blast_radius: one account }
  note: { input: { text: string }, reversible: true, risk: low }
  message: { input: { text: string, lines: { type: list, optional: true }, more: { type: object, optional: true } }, reversible: true }
  alert: { input: { text: string }, reversible: true, risk: low }
facts:
  status: { type: string, enum: [OPEN, FROZEN], from: system }
  owner: { type: string, from: system }
gates:
  - id: payment
    tools: [pay]
    require:
      - { name: account_open, when: 'facts.status == "OPEN"', otherwise: "The account is not open. Ask the ledger." }
    review: { policy: two-groups, summary: "Pay {{input.amount}} to {{input.to}}" }
  - id: notes
    tools: [note, message]
    review: { policy: one, summary: "{{input.text}}" }
  - id: alerts
    tools: [alert]
    review: { policy: quick, summary: "Alert: {{input.text}}" }
policies:
  two-groups:
    approve: { all: [ { group: compliance, count: 1 }, { group: risk, count: 1 } ] }
    reject: { count: 1 }
    exclude: [requester, agent_owner, previous_approver]
    reasons: { required_on: [reject], codes: [identity_doubt, over_limit, other] }
    deadline: { expire: 24h }
    valid_for: 2h
  one:
    approve: { all: [ { group: compliance, count: 1 } ] }
    reject: { count: 1 }
    deadline: { expire: 40m }
  quick:
    approve: { all: [ { group: compliance, count: 1 } ] }
    reject: { count: 1 }
    deadline: { expire: 8s }
`;
