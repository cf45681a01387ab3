// A small client of the Lambda Runtime API for Node.js: handlers with a callback, async handlers, ES modules and
// `awslambda.streamifyResponse`.
import http from "node:http";
import path from "node:path";
import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { PassThrough } from "node:stream";
import { format } from "node:util";
import { AsyncLocalStorage } from "node:async_hooks";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
// Invocations at once: each has a connection of its own, on which it asks and answers.
const pollers = Number(process.env.AWS_LAMBDA_MAX_CONCURRENCY || 1);
const agent = new http.Agent({ keepAlive: true, maxSockets: pollers });
const invocation = new AsyncLocalStorage();
const BASE = "/2018-06-01/runtime";
const STREAMED = Symbol.for("buckler.host.streamed");

if (process.env._HOST_ENDPOINT_SHIM) {
  const shim = process.env._HOST_ENDPOINT_SHIM;
  delete process.env._HOST_ENDPOINT_SHIM;
  createRequire(import.meta.url)(shim);
}

class ResponseStream extends PassThrough {
  constructor() {
    super();
    this.contentType = "application/octet-stream";
  }
  setContentType(type) {
    this.contentType = type;
  }
}

globalThis.awslambda = {
  streamifyResponse(handler) {
    handler[STREAMED] = true;
    return handler;
  },
  HttpResponseStream: {
    from(stream, prelude) {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream.write(JSON.stringify(prelude));
      stream.write(Buffer.alloc(8));
      return stream;
    },
  },
};

function call(method, place, body, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, agent, method, path: BASE + place, headers }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.setTimeout(0);
    if (body !== undefined) request.write(body);
    request.end();
  });
}

function described(error) {
  if (error instanceof Error || (error && typeof error === "object" && error.stack && error.message !== undefined)) {
    const trace = String(error.stack || "").split("\n");
    return { errorType: error.name || "Error", errorMessage: String(error.message), trace };
  }
  return { errorType: typeof error, errorMessage: error === undefined ? "undefined" : String(error), trace: [] };
}

async function fail(place, error) {
  const body = described(error);
  console.error(JSON.stringify({ ...body, stack: body.trace }));
  const answer = { errorType: body.errorType, errorMessage: body.errorMessage, trace: body.trace };
  await call("POST", place, JSON.stringify(answer), {
    "content-type": "application/json",
    "lambda-runtime-function-error-type": body.errorType,
  });
}

async function load(handler) {
  const at = handler.lastIndexOf("/") + 1;
  const dot = handler.indexOf(".", at);
  if (dot < 0) throw named("Runtime.MalformedHandlerName", `Bad handler ${handler}`);
  const file = path.resolve(process.env.LAMBDA_TASK_ROOT, handler.slice(0, dot));
  const found = ["", ".js", ".mjs", ".cjs"].map((end) => file + end).find((one) => fs.existsSync(one) && fs.statSync(one).isFile());
  let module;
  if (!found) {
    const folder = [file + "/index.js", file + "/index.mjs"].find((one) => fs.existsSync(one));
    if (!folder) throw named("Runtime.ImportModuleError", `Error: Cannot find module '${path.basename(file)}'`);
    module = await import(pathToFileURL(folder).href);
  } else {
    module = await open(found);
  }
  let value = module;
  for (const name of handler.slice(dot + 1).split(".")) {
    value = value?.[name] ?? (name in Object(value?.default) ? value.default[name] : undefined);
  }
  if (typeof value !== "function") {
    throw named("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  return value;
}

async function open(file) {
  try {
    if (file.endsWith(".mjs")) return await import(pathToFileURL(file).href);
    return createRequire(pathToFileURL(process.env.LAMBDA_TASK_ROOT + "/"))(file);
  } catch (error) {
    if (error?.code === "ERR_REQUIRE_ESM" || (error instanceof SyntaxError && /import|export|await/.test(error.message))) {
      if (file.endsWith(".js") || file.endsWith(".mjs")) return await import(pathToFileURL(file).href);
    }
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw named("Runtime.ImportModuleError", `Error: ${error.message}`, error);
    }
    if (error instanceof SyntaxError) throw named("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`, error);
    throw error;
  }
}

function named(name, message, cause) {
  const error = new Error(message);
  error.name = name;
  if (cause?.stack) error.stack = `${name}: ${message}\n${cause.stack}`;
  return error;
}

function contextOf(headers, state) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const json = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  const cognito = json("lambda-runtime-cognito-identity");
  return {
    get callbackWaitsForEmptyEventLoop() {
      return state.waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      state.waits = value;
    },
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: json("lambda-runtime-client-context"),
    identity: cognito && { cognitoIdentityId: cognito.cognitoIdentityId ?? cognito.identity_id, cognitoIdentityPoolId: cognito.cognitoIdentityPoolId ?? cognito.identity_pool_id },
    tenantId: headers["lambda-runtime-aws-tenant-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

// Who is told when the event loop runs dry, or when something is thrown outside of it: the one invocation, or where there are several
// the one whose code it is.
let only;
const current = () => invocation.getStore() ?? only;

process.on("beforeExit", () => only?.dry());
process.on("unhandledRejection", (reason) => broken("Runtime.UnhandledPromiseRejection", reason));
process.on("uncaughtException", (error) => broken(error?.name, error));

async function broken(kind, reason) {
  const id = current()?.id;
  const body = described(reason);
  if (kind === "Runtime.UnhandledPromiseRejection") {
    body.errorMessage = `${body.errorType}: ${body.errorMessage}`;
    body.errorType = kind;
  }
  console.error(JSON.stringify({ ...body, stack: body.trace }));
  try {
    await call("POST", id ? `/invocation/${id}/error` : "/init/error", JSON.stringify(body), {
      "content-type": "application/json",
      "lambda-runtime-function-error-type": body.errorType,
    });
  } catch {
    // The platform is gone: nobody can be told.
  }
  process.exit(id ? 128 : 1);
}

function answerOf(handler, event, context, state) {
  const own = current();
  return new Promise((resolve, reject) => {
    let result;
    let settled = false;
    const finish = (error, value) => {
      if (settled) return;
      settled = true;
      const done = () => (error !== null && error !== undefined ? reject(error) : resolve(value));
      if (!state.waits || result?.then) {
        done();
      } else {
        // The answer of a callback waits until the event loop is empty.
        own.dry = done;
        state.timer = undefined;
      }
    };
    own.dry = () => {
      if (settled) return;
      settled = true;
      resolve(null);
    };
    context.done = finish;
    context.fail = (error) => finish(error ?? new Error("failed"));
    context.succeed = (value) => finish(null, value);
    try {
      result = handler(event, context, finish);
    } catch (error) {
      settled = true;
      reject(error);
      return;
    }
    if (typeof result?.then === "function") {
      result.then(
        (value) => finish(null, value),
        (error) => finish(error ?? new Error("rejected")),
      );
    }
  });
}

function streamed(handler, event, context, id) {
  return new Promise((resolve, reject) => {
    const stream = new ResponseStream();
    let request;
    let failed;
    const open = () => {
      if (request) return;
      request = http.request(
        {
          host, port, method: "POST", path: `${BASE}/invocation/${id}/response`,
          headers: {
            "content-type": stream.contentType,
            "lambda-runtime-function-response-mode": "streaming",
            "transfer-encoding": "chunked",
            trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
          },
        },
        (response) => {
          response.resume();
          response.on("end", resolve);
        },
      );
      request.on("error", reject);
    };
    stream.on("data", (part) => {
      open();
      if (!request.write(part)) {
        stream.pause();
        request.once("drain", () => stream.resume());
      }
    });
    stream.on("end", () => {
      if (failed) return;
      open();
      request.end();
    });
    Promise.resolve()
      .then(() => handler(event, stream, context))
      .then(
        () => {
          if (!stream.writableEnded) stream.end();
        },
        async (error) => {
          failed = true;
          if (!request) {
            await fail(`/invocation/${id}/error`, error);
            resolve();
            return;
          }
          const body = described(error);
          request.addTrailers({
            "Lambda-Runtime-Function-Error-Type": body.errorType,
            "Lambda-Runtime-Function-Error-Body": Buffer.from(JSON.stringify(body)).toString("base64"),
          });
          request.end();
        },
      );
  });
}

function told(log, level) {
  return (...parts) => log(`${new Date().toISOString()}\t${current()?.id ?? "undefined"}\t${level}\t${format(...parts).replace(/\n/g, "\r")}`);
}

const line = (text) => process.stdout.write(text + "\n");
for (const [name, level] of [["log", "INFO"], ["info", "INFO"], ["debug", "DEBUG"], ["warn", "WARN"], ["error", "ERROR"], ["trace", "TRACE"]]) {
  console[name] = told(line, level);
}

async function main() {
  let handler;
  try {
    handler = await load(process.argv[2] ?? process.env._HANDLER);
  } catch (error) {
    await fail("/init/error", error);
    process.exit(1);
  }
  await Promise.all(Array.from({ length: pollers }, () => serve(handler)));
}

async function serve(handler) {
  for (;;) {
    const work = await call("GET", "/invocation/next");
    const id = work.headers["lambda-runtime-aws-request-id"];
    if (work.status !== 200 || !id) throw new Error(`the platform answered ${work.status} to next`);
    const own = { id, dry() {} };
    if (pollers === 1) {
      process.env._X_AMZN_TRACE_ID = work.headers["lambda-runtime-trace-id"] ?? "";
      only = own;
    }
    await invocation.run(own, () => answered(handler, work, id));
    only = undefined;
  }
}

async function answered(handler, work, id) {
  // The event loop is never empty while others wait for their events.
  const state = { waits: pollers === 1 };
  const context = contextOf(work.headers, state);
  const text = work.body.toString("utf8");
  const event = text === "" ? {} : JSON.parse(text);
  if (handler[STREAMED]) {
    await streamed(handler, event, context, id);
    return;
  }
  try {
    const value = await answerOf(handler, event, context, state);
    await call("POST", `/invocation/${id}/response`, JSON.stringify(value) ?? "null", { "content-type": "application/json" });
  } catch (error) {
    await fail(`/invocation/${id}/error`, error);
  }
}

main().catch((error) => {
  console.error(String(error?.stack ?? error));
  process.exit(1);
});
