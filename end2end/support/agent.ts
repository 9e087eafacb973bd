// An agent's harness: everything it does, it does over HTTP.
import { expect } from '@playwright/test';
import type { Keys } from './prepare';

type Json = Record<string, unknown>;

/** A gate's answer. */
export interface Checked {
  readonly outcome: 'allow' | 'block' | 'suspend';
  readonly error?: string;
  readonly approval_id?: string;
}

/** How a wait ended, and when. */
export interface Waited {
  readonly status: string;
  readonly notes?: string;
  readonly reason_code?: string;
  /** On the clock of `performance.now()`. */
  readonly at: number;
}

export interface Start {
  readonly workflow: string;
  readonly subject: string;
  readonly requestedBy?: string;
  /** How the session learns the outcome; it asks itself unless told. */
  readonly resume?: Json;
}

/** A harness with one run and one session. */
export class Agent {
  private constructor(
    private readonly url: string,
    private readonly keys: Keys,
    readonly run: string,
    private readonly session: string,
  ) {}

  static async start(url: string, keys: Keys, { workflow, subject, requestedBy, resume }: Start): Promise<Agent> {
    const session = { framework: 'end2end', id: `thread-${subject}`.slice(0, 200), resume: resume ?? { via: 'poll' } };
    const body = { workflow, subject, requested_by: requestedBy ?? 'rosa@example.com', session };
    const answer = await call(`${url}/api/v1/runs`, keys.agent, body, 201);
    return new Agent(url, keys, String(answer.run_id), session.id);
  }

  /** A system of record writes facts. */
  async record(facts: Json, reference = 'led_7781'): Promise<void> {
    await this.post('facts', { reference, facts }, this.keys.ledger);
  }

  /** What the model says, which no gate reads. */
  async assert(assertions: Json, statement?: string): Promise<void> {
    await this.post('assertions', { assertions, ...(statement === undefined ? {} : { statement }) });
  }

  async check(id: string, tool: string, input: Json): Promise<Checked> {
    const body = { session_id: this.session, tool, tool_use_id: id, input };
    return (await this.post('gate-checks', body)) as unknown as Checked;
  }

  async report(id: string, tool: string, output: unknown, isError = false): Promise<void> {
    const body = { session_id: this.session, tool, tool_use_id: id, output, is_error: isError };
    await this.post('tool-results', body);
  }

  /** A call that is allowed, with its result. */
  async use(id: string, tool: string, input: Json, output: unknown): Promise<void> {
    expect(await this.check(id, tool, input)).toMatchObject({ outcome: 'allow' });
    await this.report(id, tool, output);
  }

  /** A call that suspends the session; gives the approval's id. */
  async suspend(id: string, tool: string, input: Json): Promise<string> {
    const answer = await this.check(id, tool, input);
    expect(answer).toMatchObject({ outcome: 'suspend' });
    return String(answer.approval_id);
  }

  /** Asks people for something no gate knows; gives the approval's id. */
  async ask(summary: string, transcript: unknown[]): Promise<string> {
    const body = { summary, session_id: this.session, transcript };
    const answer = await call(`${this.url}/api/v1/runs/${this.run}/approvals`, this.keys.agent, body, 201);
    return String(answer.approval_id);
  }

  /** Asks about several calls together; gives the approval's id. */
  async askAbout(summary: string, items: { tool: string; input: Json; tool_use_id: string }[]): Promise<string> {
    const body = { summary, session_id: this.session, items };
    const answer = await call(`${this.url}/api/v1/runs/${this.run}/approvals`, this.keys.agent, body, 201);
    return String(answer.approval_id);
  }

  /** Hands the case over to people; gives the escalation's id. */
  async escalate(summary: Json): Promise<string> {
    const answer = await call(`${this.url}/api/v1/runs/${this.run}/escalations`, this.keys.agent, summary, 201);
    return String(answer.escalation_id);
  }

  /** Opens one of several concerns and resolves it with what was found. */
  async resolve(matter: Json, findings: Json | string, resolution: string): Promise<string> {
    const opened = await call(`${this.url}/api/v1/runs/${this.run}/concerns`, this.keys.agent, matter, 201);
    const path = `${this.url}/api/v1/concerns/${String(opened.concern_id)}`;
    await call(path, this.keys.agent, { status: 'investigating' }, 200, 'PATCH');
    await call(path, this.keys.agent, { findings, resolution }, 200, 'PATCH');
    return String(opened.concern_id);
  }

  /** Gives all concerns one resolution. */
  async unify(resolution: string): Promise<void> {
    await this.post('concerns/unify', { resolution });
  }

  /** Answers a reviewer's question. */
  async inform(approval: string, answer: string, attachments: Json): Promise<void> {
    await call(`${this.url}/api/v1/approvals/${approval}/information`, this.keys.agent, { answer, attachments });
  }

  /** The long poll. */
  async wait(approval: string, seconds = 30): Promise<Waited> {
    const answer = await call(`${this.url}/api/v1/approvals/${approval}/decision?wait=${seconds}`, this.keys.agent);
    return { ...answer, at: performance.now() } as unknown as Waited;
  }

  /** The run's stages. */
  async stages(): Promise<{ id: string; status: string; awaiting: string | null }[]> {
    const run = await call(`${this.url}/api/v1/runs/${this.run}`, this.keys.agent);
    return run.stages as { id: string; status: string; awaiting: string | null }[];
  }

  /** Gives a stage up; gives the ids of what is to be undone. */
  async fail(stage: string, error: string): Promise<string[]> {
    const failed = await this.post(`stages/${stage}/fail`, { error });
    return (failed.compensations as { id: string }[]).map((one) => one.id);
  }

  /** Says how a compensation went. */
  async compensated(id: string, outcome: 'done' | 'failed', detail: string): Promise<void> {
    await this.post(`compensations/${id}`, { outcome, detail });
  }

  /** What followed its run by itself, newest first. */
  async closures(): Promise<{ closure_id: string; status: string }[]> {
    const page = await call(`${this.url}/api/v1/closures?run=${this.run}`, this.keys.agent);
    return page.items as { closure_id: string; status: string }[];
  }

  /** The approval as the API shows it. */
  approval(approval: string): Promise<Json> {
    return call(`${this.url}/api/v1/approvals/${approval}`, this.keys.agent);
  }

  private post(path: string, body: Json, key = this.keys.agent): Promise<Json> {
    return call(`${this.url}/api/v1/runs/${this.run}/${path}`, key, body);
  }
}

async function call(url: string, key: string, body?: Json, wanted = 200, method = 'POST'): Promise<Json> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const sent = body === undefined ? { headers } : { method, headers, body: JSON.stringify(body) };
  const answer = await fetch(url, sent);
  const text = await answer.text();
  expect(answer.status, `${url}: ${text}`).toBe(wanted);
  return JSON.parse(text) as Json;
}
