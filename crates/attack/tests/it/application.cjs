// An application with one weakness a route below /weak, and the same without it below /safe.
const { createHmac } = require("node:crypto");
const { execFile, execSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { createServer, get } = require("node:http");
const { basename } = require("node:path");

const HONEST = process.argv[2];

const weak = {
  command: ({ name }) => execSync(`echo hello ${name}`, { timeout: 8000 }).toString(),
  code: ({ filter }) => String(eval(filter)),
  object: ({ basket }) => {
    // As node-serialize does: functions are marked, and called where they are followed by `()`.
    const revive = (value) => {
      if (typeof value === "string" && value.startsWith("_$$ND_FUNC$$_")) return eval(`(${value.slice(13)})`);
      if (value && typeof value === "object") for (const key of Object.keys(value)) value[key] = revive(value[key]);
      return value;
    };
    revive(typeof basket === "string" && basket.startsWith("{") ? JSON.parse(basket) : { basket });
    return "kept";
  },
  file: ({ name }) => readFileSync(name.startsWith("/") ? name : `/usr/share/doc/../../../tmp/${name}`, "utf8"),
  host: ({ address }) => new Promise((done) => {
    get(address, (answer) => done(`status ${answer.statusCode}`)).on("error", (error) => done(error.code));
  }),
  page: ({ name }) => ({ type: "text/html", body: `<p>Hello ${name}</p>` }),
  template: ({ name }) => name.replace(/\{\{(.*?)\}\}/g, (_, inner) => Function(`return ${inner}`)()),
  error: ({ size }) => {
    try {
      return String(size.toFixed(1));
    } catch (error) {
      return { status: 200, body: error.stack };
    }
  },
  account: (_, token) => {
    // The claims, whoever signed them.
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return { type: "application/json", body: JSON.stringify({ status: "ok", user: claims.sub }) };
  },
};

const safe = {
  command: ({ name }) => new Promise((done) => execFile("/bin/echo", ["hello", "--", String(name)], (_, out) => done(out))),
  code: ({ filter }) => (filter === "1 + 1" ? "2" : "unknown filter"),
  object: ({ basket }) => `kept ${JSON.stringify(basket).length}`,
  file: ({ name }) => `no file ${basename(String(name)).length}`,
  host: ({ address }) => (address === "http://127.0.0.1:9/" ? "ECONNREFUSED" : "unknown host"),
  page: ({ name }) => ({ type: "text/html", body: `<p>Hello ${String(name).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)}</p>` }),
  template: ({ name }) => `Hello ${String(name).length}`,
  error: ({ size }) => (Number.isFinite(size) ? size.toFixed(1) : "no size"),
  account: (_, token) => {
    const [head, body, signature] = token.split(".");
    const expected = createHmac("sha256", "a key that nobody guesses").update(`${head}.${body}`).digest("base64url");
    if (signature !== expected) return { status: 401, body: "who are you" };
    return { type: "application/json", body: JSON.stringify({ status: "ok", user: JSON.parse(Buffer.from(body, "base64url")).sub }) };
  },
};

const read = async (request) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
};

const server = createServer(async (request, response) => {
  try {
    const url = new URL(request.url, "http://localhost");
    const [, kind, name] = url.pathname.split("/");
    const text = await read(request);
    const input = text ? JSON.parse(text) : Object.fromEntries(url.searchParams);
    const token = request.headers.authorization ?? "";
    const made = await (kind === "weak" ? weak : safe)[name](input, token);
    const answer = typeof made === "string" ? { body: made } : made;
    response.writeHead(answer.status ?? 200, { "content-type": answer.type ?? "application/octet-stream" });
    response.end(answer.body);
  } catch {
    response.writeHead(500);
    response.end("failed");
  }
});
// A template, an expression or a file that throws is an answer, not the end of the server.
process.on("uncaughtException", () => {});
process.stdin.on("end", () => process.exit(0)).resume();
server.listen(0, "127.0.0.1", () => {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const message = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: HONEST })}`;
  const signature = createHmac("sha256", "a key that nobody guesses").update(message).digest("base64url");
  console.log(JSON.stringify({ port: server.address().port, token: `${message}.${signature}` }));
});
