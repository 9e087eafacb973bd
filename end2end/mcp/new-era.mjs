// Asks for an approval and waits for its decision, with the MCP SDK for TypeScript 2.x.
//
// COUNTERSIGN_URL is the console, COUNTERSIGN_KEY a key minted for a run (`POST /runs` with `agent_key`).
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const opened = [];
const client = new Client(
  { name: 'countersign-new-era', version: '1.0.0' },
  { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
);
// A real client asks its user and opens a browser. To accept is to open, and decides nothing.
client.setRequestHandler('elicitation/create', async (request) => {
  opened.push(request.params.url);
  return { action: 'accept' };
});
const transport = new StreamableHTTPClientTransport(new URL('/mcp', process.env.COUNTERSIGN_URL), {
  requestInit: { headers: { Authorization: `Bearer ${process.env.COUNTERSIGN_KEY}` } },
});
await client.connect(transport);
const call = (name, args) => client.callTool({ name, arguments: args }, { timeout: 90_000 });

const tools = (await client.listTools()).tools.map((tool) => tool.name);
const question = { summary: 'May I promise a refund?', idempotency_key: 'refund' };
const asked = (await call('request_approval', question)).structuredContent;
const decided = (await call('get_decision', { approval_id: asked.approval_id, wait_s: 60 })).structuredContent;
const refused = await call('get_decision', { approval_id: 'nothing' });
await client.close();
console.log(
  JSON.stringify({
    version: '2026-07-28', tools, opened, asked, decided,
    refused: refused.isError ? JSON.parse(refused.content[0].text) : null,
  }),
);
