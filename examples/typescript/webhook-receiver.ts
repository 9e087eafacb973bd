// A small receiver of Countersign's webhooks: verifies, answers at once, then acts.
//
// Behind a TLS proxy in earnest; on loopback for a try.
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BadSignature, type Json, verifyWebhook } from './countersign.ts';

/** More than any outcome has. */
const MOST_BYTES = 64 << 10;

/**
 * Listens until it is closed. `act` is called with each decided approval. Ids are remembered while the program runs;
 * started anew it may be told again what it knows, so `act` must be harmless twice: asking the gate again is.
 */
export class WebhookReceiver {
  readonly #seen = new Set<string>();
  readonly #server: Server;
  readonly #secret: string;
  readonly #act: (decided: Json) => void;

  private constructor(secret: string, act: (decided: Json) => void) {
    this.#secret = secret;
    this.#act = act;
    this.#server = createServer((request, answer) => {
      this.#take(request)
        .catch(() => 400)
        .then((status) => answer.writeHead(status).end());
    });
  }

  static async listen(secret: string, act: (decided: Json) => void, port = 0, host = '127.0.0.1'): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(secret, act);
    await new Promise<void>((ready, failed) => {
      receiver.#server.once('error', failed);
      receiver.#server.listen(port, host, ready);
    });
    return receiver;
  }

  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}/hooks/countersign`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #take(request: IncomingMessage): Promise<number> {
    if (request.method !== 'POST') return 405;
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of request) {
      length += part.length;
      if (length > MOST_BYTES) return 413;
      parts.push(part);
    }
    try {
      const message = verifyWebhook(this.#secret, request.headers, Buffer.concat(parts));
      const id = String(request.headers['webhook-id']);
      const isNew = !this.#seen.has(id);
      this.#seen.add(id);
      if (isNew && message.type === 'approval.decided') setImmediate(() => this.#act(message.data as Json));
      return 204;
    } catch (error) {
      if (!(error instanceof BadSignature)) throw error;
      console.warn(`refused a webhook: ${error.message}`);
      return 401;
    }
  }
}
