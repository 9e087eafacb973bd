// Asks for an approval and waits for its decision, with the MCP SDK for TypeScript 1.x, which shakes hands first.
//
// COUNTERSIGN_URL is the console, COUNTERSIGN_KEY a key minted for a run (`POST /runs` with `agent_key`).
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const client = new Client({ name: 'countersign-old-era', version: '1.0.0' });
const transport = new StreamableHTTPClientTransport(new URL('/mcp', process.env.COUNTERSIGN_URL), {
  requestInit: { headers: { Authorization: `Bearer ${process.env.COUNTERSIGN_KEY}` } },
});
await client.connect(transport);
const call = (name, args) => client.callTool({ name, arguments: args }, undefined, { timeout: 90_000 });

const tools = (await client.listTools()).tools.map((tool) => tool.name);
const question = { summary: 'May I promise a refund?', idempotency_key: 'refund' };
const asked = (await call('request_approval', question)).structuredContent;
const decided = (await call('get_decision', { approval_id: asked.approval_id, wait_s: 60 })).structuredContent;
const refused = await call('get_decision', { approval_id: 'nothing' });
await client.close();
console.log(
  JSON.stringify({
    version: transport.protocolVersion, tools, opened: [], asked, decided,
    refused: refused.isError ? JSON.parse(refused.content[0].text) : null,
  }),
);
