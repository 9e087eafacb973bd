// A model on loopback that calls a tool once and then says "done", to clients of Anthropic.
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, any>;

export class ScriptedModel {
  /** The calls it makes, one for each request that offers tools. */
  readonly calls: { id: string; name: string; input: Json }[] = [];
  /** What it was asked. */
  readonly requests: Json[] = [];
  /** What happens before it answers. */
  before: () => Promise<void> = async () => {};
  readonly #server: Server = createServer(async (request, answer) => {
    let body = '';
    for await (const part of request) body += part;
    if (request.method === 'POST' && request.url?.startsWith('/v1/messages?')) await this.#answer(JSON.parse(body), answer);
    else if (request.method === 'POST' && request.url === '/v1/messages') await this.#answer(JSON.parse(body), answer);
    else answer.writeHead(404).end('{}');
  });

  static async start(): Promise<ScriptedModel> {
    const model = new ScriptedModel();
    await new Promise<void>((ready) => model.#server.listen(0, '127.0.0.1', ready));
    return model;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** All that it was last told, as text. */
  read(): string {
    return JSON.stringify(this.requests.at(-1) ?? '');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #answer(request: Json, answer: ServerResponse): Promise<void> {
    // Requests without tools are the client's own, such as for a title.
    const hasTurn = Array.isArray(request.tools) && request.tools.length > 0;
    if (hasTurn) {
      this.requests.push(request);
      await this.before();
    }
    const call = hasTurn ? this.calls.shift() : undefined;
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events(request.model, call)) answer.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    answer.end();
  }
}

function events(model: string, call?: { id: string; name: string; input: Json }): Json[] {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null, usage };
  const block = call ? { type: 'tool_use', id: call.id, name: call.name, input: {} } : { type: 'text', text: '' };
  const delta = call ? { type: 'input_json_delta', partial_json: JSON.stringify(call.input) } : { type: 'text_delta', text: 'done' };
  return [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: call ? 'tool_use' : 'end_turn', stop_sequence: null }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ];
}
