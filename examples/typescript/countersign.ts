// A small client for Countersign: ask before a tool runs, wait for people, ask again, report.
//
// No dependencies, one file: copy it. It fails closed. Whatever keeps it from reading a clear "allow" (no answer, an
// error, a redirect, an answer it does not understand) is a "block", and a decision by itself is never permission: the
// gate is asked once more before the tool runs.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** The longest a poll may wait, in seconds. */
export const LONGEST_POLL = 60;
/** What an approval may end as. Anything else is still open, or unknown. */
const FINAL = new Set(['approved', 'rejected', 'expired', 'cancelled', 'superseded', 'revoked']);

export type Json = Record<string, unknown>;

/** One call of one tool. The gate knows it by its session and id: keep both for a repeat. */
export interface Call {
  readonly session: string;
  readonly tool: string;
  readonly input: Json;
  readonly id: string;
}

/** What the gate says of a call. */
export interface Check {
  readonly outcome: 'allow' | 'block' | 'suspend';
  /** Why it may not run: give it to the model as the tool's result. */
  readonly message: string;
  /** What may run: the call's own input unless a reviewer has changed it. */
  readonly input: Json;
  /** The approval it is about. With `suspend`, wait for it and check the same call again. */
  readonly approval?: string;
  /** Whether the gate could not be asked: then the call may be worth another check. */
  readonly unasked?: boolean;
}

/** How an approval stands. */
export interface Outcome {
  readonly approval: string;
  readonly status: string;
  readonly isFinal: boolean;
  readonly notes?: string;
  readonly answer: Json;
}

/** Where a run's session comes from, and how it is woken. */
export interface Session {
  readonly framework: string;
  readonly id: string;
  /** A registered endpoint; without it the outcome is polled. */
  readonly endpoint?: string;
}

/** No answer that could be read, however often it was tried. */
export class Unanswered extends Error {}

/** Countersign answered with a problem document. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, problem: Json) {
    super(`${status} ${problem.code ?? 'unknown'}: ${problem.detail ?? ''}`);
    this.status = status;
    this.code = String(problem.code ?? 'unknown');
  }
}

/** A webhook that Countersign did not send, or that is too old. */
export class BadSignature extends Error {}

/** A console, asked with a key of the scope `hook`. */
export class Countersign {
  readonly #api: string;
  readonly #key: string;
  readonly #attempts: number;

  constructor(url: string, key: string, attempts = 5) {
    this.#api = `${url.replace(/\/+$/, '')}/api/v1`;
    this.#key = key;
    this.#attempts = attempts;
  }

  /** With the address and key in COUNTERSIGN_URL and COUNTERSIGN_KEY. */
  static fromEnvironment(): Countersign {
    const { COUNTERSIGN_URL: url, COUNTERSIGN_KEY: key } = process.env;
    if (!url || !key) throw new Error('COUNTERSIGN_URL and COUNTERSIGN_KEY are not set');
    return new Countersign(url, key);
  }

  /** Starts a run with one session and gives its id. Give a key of your own where the program may be started anew. */
  async startRun(workflow: string, subject: string, session: Session, idempotencyKey: string = randomUUID()): Promise<string> {
    const { framework, id, endpoint } = session;
    const resume = endpoint ? { via: 'webhook', endpoint } : { via: 'poll' };
    const answer = await this.#post('/runs', { workflow, subject, session: { framework, id, resume } }, idempotencyKey);
    if (typeof answer.run_id !== 'string') throw new Unanswered('Countersign did not name the run');
    return answer.run_id;
  }

  /** Asks the gate. Never throws for want of an answer: that is a block. */
  async check(run: string, call: Call): Promise<Check> {
    try {
      const { session: session_id, tool, input, id: tool_use_id } = call;
      return read(call, await this.#post(`/runs/${run}/gate-checks`, { session_id, tool, input, tool_use_id }));
    } catch (error) {
      console.warn(`${call.tool} may not run: ${error}`);
      const message = `The gate could not be asked, so that ${call.tool} did not run.`;
      return { outcome: 'block', message, input: call.input, unasked: true };
    }
  }

  /** How an approval stands, waiting up to `wait` seconds for it to end. */
  async outcome(approval: string, wait = 0, seen?: number): Promise<Outcome> {
    const query = new URLSearchParams({ wait: String(Math.min(wait, LONGEST_POLL)) });
    if (seen !== undefined) query.set('seen', String(seen));
    const answer = await this.#ask('GET', `/approvals/${approval}/decision?${query}`, undefined, {}, 10 + wait);
    const status = typeof answer.status === 'string' ? answer.status : 'unknown';
    const notes = typeof answer.notes === 'string' ? answer.notes : undefined;
    return { approval, status, isFinal: FINAL.has(status), notes, answer };
  }

  /** Waits until an approval has ended, for `patience` seconds, through outages as well. Look at `isFinal`. */
  async wait(approval: string, patience: number): Promise<Outcome> {
    const until = Date.now() + patience * 1000;
    let known: Outcome = { approval, status: 'unknown', isFinal: false, answer: {} };
    let seen: number | undefined;
    for (let left = patience; left > 0 && !known.isFinal; left = (until - Date.now()) / 1000) {
      try {
        known = await this.outcome(approval, Math.max(1, Math.min(LONGEST_POLL, Math.trunc(left))), seen);
        // A question is for people to answer here; wait past it.
        if (known.status === 'information_requested') seen = Number(known.answer.revision);
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        console.warn(`${error.message}; waiting on`);
      }
    }
    return known;
  }

  /**
   * Checks a call and, where people must decide, waits for them and checks it again. Only `allow` is permission; still
   * `suspend` when the patience is at its end. Settle the calls of a session one after the other: while one waits, the
   * gate blocks the others for good.
   */
  async settle(run: string, call: Call, patience: number): Promise<Check> {
    const check = await this.check(run, call);
    if (check.outcome !== 'suspend' || !check.approval) return check;
    return (await this.wait(check.approval, patience)).isFinal ? this.check(run, call) : check;
  }

  /** Reports what a tool returned; only the first report counts. False when it could not be reported. */
  async report(run: string, call: Call, output: unknown, isError = false): Promise<boolean> {
    const { session: session_id, tool, id: tool_use_id } = call;
    try {
      await this.#post(`/runs/${run}/tool-results`, { session_id, tool, tool_use_id, output, is_error: isError });
      return true;
    } catch (error) {
      console.error(`the result of ${tool} was not reported: ${error}`);
      return false;
    }
  }

  #post(path: string, body: Json, idempotencyKey?: string): Promise<Json> {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (idempotencyKey) headers['idempotency-key'] = `"${idempotencyKey}"`;
    return this.#ask('POST', path, JSON.stringify(body), headers, 10);
  }

  /** Asks until there is an answer. Everything sent here may be sent twice. */
  async #ask(method: string, path: string, body: string | undefined, more: Record<string, string>, seconds: number): Promise<Json> {
    const headers = { authorization: `Bearer ${this.#key}`, accept: 'application/json', ...more };
    let problem: unknown;
    for (let attempt = 0; attempt < this.#attempts; attempt++) {
      let after: string | null = null;
      try {
        // A gate does not redirect. Following would hand the key to whoever does.
        const signal = AbortSignal.timeout(seconds * 1000);
        const answer = await fetch(this.#api + path, { method, body, headers, signal, redirect: 'error' });
        const text = await answer.text();
        if (answer.ok) return object(text);
        const refused = new Refused(answer.status, lenient(text));
        if (!isPassing(refused)) throw refused;
        problem = refused;
        after = answer.headers.get('retry-after');
      } catch (error) {
        if (error instanceof Refused) throw error;
        problem = error;
      }
      if (attempt + 1 < this.#attempts) await new Promise((wake) => setTimeout(wake, pause(attempt, after)));
    }
    throw new Unanswered(`Countersign did not answer: ${problem}`);
  }
}

/**
 * Verifies a Standard Webhooks signature over the body's bytes as they came, and reads the body. Also remember each
 * `webhook-id`: the same may come again, and means the same decision. `now` in seconds.
 */
export function verifyWebhook(
  secret: string,
  headers: Record<string, string | string[] | undefined>,
  body: Buffer,
  now = Date.now() / 1000,
  tolerance = 300,
): Json {
  const header = (name: string): string => {
    const value = headers[name];
    if (typeof value !== 'string') throw new BadSignature(`${name} is missing`);
    return value;
  };
  const [id, sent] = [header('webhook-id'), header('webhook-timestamp')];
  if (!/^\d+$/.test(sent) || Math.abs(now - Number(sent)) > tolerance) throw new BadSignature('the timestamp is too far off');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (key.length === 0) throw new BadSignature('there is no secret');
  const signed = createHmac('sha256', key).update(`${id}.${sent}.`).update(body).digest('base64');
  const expected = Buffer.from(`v1,${signed}`);
  const isSame = (found: Buffer): boolean => found.length === expected.length && timingSafeEqual(found, expected);
  const matches = header('webhook-signature').split(' ').map((found) => isSame(Buffer.from(found)));
  if (!matches.includes(true)) throw new BadSignature('no signature matches');
  try {
    return object(body.toString('utf8'));
  } catch (error) {
    throw new BadSignature(`the body cannot be read: ${error}`);
  }
}

/** Reads the gate's answer. What is not understood blocks. */
function read(call: Call, answer: Json): Check {
  const approval = typeof answer.approval_id === 'string' ? answer.approval_id : undefined;
  const message = String(answer.error ?? answer.message ?? 'The gate blocks this call.');
  switch (answer.outcome) {
    case 'allow':
      return { outcome: 'allow', message: '', input: (answer.updated_input as Json | undefined) ?? call.input, approval };
    case 'suspend':
      if (approval) return { outcome: 'suspend', message, input: call.input, approval };
      break;
    case 'block':
      return { outcome: 'block', message, input: call.input, approval };
  }
  return { outcome: 'block', message: 'The answer of the gate was not understood.', input: call.input };
}

function object(text: string): Json {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected a JSON object');
  return value as Json;
}

function lenient(text: string): Json {
  try {
    return object(text);
  } catch {
    return {};
  }
}

/** Whether the same request may be answered otherwise in a moment. */
function isPassing({ status, code }: Refused): boolean {
  return status >= 500 || status === 408 || status === 429 || code === 'still_running' || code === 'conflict';
}

/** Milliseconds to wait: what the server asked for, else more each time, never all at once. */
function pause(attempt: number, asked: string | null): number {
  if (asked && /^\d+$/.test(asked)) return Math.min(Number(asked), 30) * 1000;
  return Math.min(200 * 2 ** attempt, 5000) * (0.5 + Math.random() / 2);
}
