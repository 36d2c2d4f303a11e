// The peer of `bench/run http`: a plain Node server that answers GET /api/characters/ID as medusa
// does, from the same SQLite file, with the modules that Node brings along.
//
//   node http_server.mjs FILE    prints its port
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(process.argv[2], { readOnly: true });
const token = database.prepare("SELECT * FROM access_tokens WHERE sha256 = ?");
const character = database.prepare("SELECT user_id, record FROM characters WHERE id = ?");

function refuse(response, status, detail) {
  response.writeHead(status, { "Content-Type": "application/problem+json" });
  response.end(JSON.stringify({ status, detail }));
}

function ownerOf(request) {
  const text = (request.headers.authorization ?? "").replace(/^Bearer /i, "");
  const digest = createHash("sha256").update(text).digest("hex");
  const found = token.get(digest);
  if (!found || !timingSafeEqual(Buffer.from(found.sha256), Buffer.from(digest))) return undefined;
  return found.user_id;
}

const server = createServer((request, response) => {
  const match = /^\/api\/characters\/(\d+)$/.exec(request.url);
  if (!match || request.method !== "GET") return refuse(response, 404, "there is nothing here");
  const owner = ownerOf(request);
  if (owner === undefined) return refuse(response, 401, "the token is not known");
  const row = character.get(Number(match[1]));
  if (!row || row.user_id !== owner) return refuse(response, 404, "there is no such character");
  const body = JSON.stringify(JSON.parse(row.record));
  response.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    ETag: `"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`,
  });
  response.end(body);
});
server.keepAliveTimeout = 75_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
