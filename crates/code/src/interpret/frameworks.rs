//! Web frameworks inside of a function: who they call with a request.
use std::rc::Rc;

use model::Span;

use super::Interpreter;
use crate::ir::{Name, Param, ParamKind};
use crate::value::{Extern, Passed, Shape, Value, root_of};

/// Modules whose applications have routes.
const FRAMEWORKS: &[&str] = &[
    "express",
    "fastify",
    "koa",
    "koa-router",
    "@koa/router",
    "hono",
    "lambda-api",
    "restify",
    "polka",
    "flask",
    "fastapi",
    "chalice",
    "bottle",
    "quart",
    "starlette",
    "aws_lambda_powertools",
    "@aws-lambda-powertools/event-handler",
    "claudia-api-builder",
    "itty-router",
    "serverless-express",
    "connect",
    "sanic",
    "aiohttp",
    "mangum",
];

/// What registers a function for a route.
const VERBS: &[&str] = &[
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "all",
    "use",
    "route",
    "any",
    "head",
    "options",
    "not_found",
    "websocket",
    "on_http",
    "exception_handler",
    "resolver",
    "on_message",
    "api_route",
    "del",
    "add_url_rule",
    "on_s3_event",
    "on_sqs_message",
    "on_sns_message",
    "on_cw_event",
    "on_kinesis_record",
    "on_dynamodb_record",
    "on_ws_message",
    "lambda_function",
];

impl Interpreter<'_> {
    /// `app.get("/x", f)`: the functions are called with a request later on. `false` when it is no route.
    pub(super) fn register_routes(&mut self, known: &Extern, arguments: &[Passed]) -> bool {
        if !is_route(&known.path) {
            return false;
        }
        let functions: Vec<Value> =
            arguments.iter().flat_map(|passed| self.functions_in(&passed.value)).collect();
        let found = !functions.is_empty();
        self.serve(functions, None);
        found
    }

    /// Functions that will be called with a request.
    pub(super) fn serve(&mut self, functions: Vec<Value>, route: Option<Name>) {
        if self.quiet == 0 && self.routes.len() < 2_000 {
            self.routes.extend(functions.into_iter().map(|function| (function, route.clone())));
        }
    }

    /// `@app.get("/x") def f(…)`.
    pub(super) fn registered(&mut self, path: &str, decorator: &Value, function: &Value) {
        let path = path.trim_end_matches("()");
        if is_route(path) {
            let route = decorator.as_extern().and_then(|known| known.arguments.first());
            let route = route.and_then(|first| first.value.as_text().cloned());
            self.serve(vec![function.clone()], route);
        }
    }

    /// Calls every function that a framework would call with a request.
    pub(super) fn run_routes(&mut self) {
        let routes = std::mem::take(&mut self.routes);
        for (function, route) in routes {
            let Shape::Function(closure) = &function.shape else { continue };
            let closure = std::rc::Rc::clone(closure);
            let Some(function) = closure.module.functions.get(closure.function.0 as usize) else { continue };
            let at = function.name_at;
            // An application of routes begins with the first of them.
            self.record.handler.get_or_insert(at);
            let is_python = closure.module.language == model::Language::Python;
            let arguments: Vec<Passed> = if is_python {
                let params = function.params.iter().filter(|param| param.kind != ParamKind::Keywords);
                params.filter_map(|param| self.route_param(param, route.as_deref(), at)).collect()
            } else {
                let request = self.event("request", at);
                let values = vec![request, Value::external("response"), Value::external("next")];
                let passed = |value: Value| Passed { name: None, value, at, is_spread: false };
                values.into_iter().map(passed).collect()
            };
            let result = self.enter(&closure, &arguments, None);
            self.answer(&result, at);
        }
    }

    /// A parameter of a function that a framework calls: the request, or the part of it with this name.
    fn route_param(&mut self, param: &Param, route: Option<&str>, at: Span) -> Option<Passed> {
        let name = Self::name_of(&param.target)?.clone();
        let request = self.event("request", at);
        // `/count/<int:number>` says so in the route.
        let kinds = ["int", "float", "uuid"];
        let is_converted = |route: &str| kinds.iter().any(|kind| route.contains(&format!("<{kind}:{name}>")));
        let is_number = route.is_some_and(is_converted)
            || matches!(param.annotation.as_deref(), Some("int" | "float" | "bool" | "UUID"));
        let is_whole = matches!(&*name, "request" | "req" | "event" | "ctx" | "c");
        let value = if is_whole { request } else { self.member(&request, &name, at) };
        let value = if is_number { Value::unknown(super::expressions::numeric(&value.taint)) } else { value };
        Some(Passed { name: Some(name), value, at, is_spread: false })
    }

    /// The request that a framework keeps: `app.current_event`, `flask.request`.
    pub(super) fn framework_member(&mut self, known: &Extern, name: &Name, at: Span) -> Option<Value> {
        let root = root_of(&known.path);
        let is_request = match (root, &**name) {
            ("aws_lambda_powertools", "current_event") | ("chalice", "current_request") => true,
            ("flask" | "bottle" | "quart", "request") => &*known.path == root,
            _ => false,
        };
        if is_request {
            return Some(self.event(if root == "aws_lambda_powertools" { "event" } else { "request" }, at));
        }
        None
    }

    /// Calls the handler with the event, whatever wraps it, and then every route.
    pub(super) fn invoke_handler(&mut self, handler: &Value) {
        for one in handler.each().to_vec() {
            self.invoke_one(&one, 0);
        }
        self.run_routes();
    }

    fn invoke_one(&mut self, handler: &Value, depth: usize) {
        let at = self.place_of(handler).unwrap_or(Span::NONE);
        match &handler.shape {
            Shape::Extern(wrapper) if depth < 6 => {
                let mut inner: Vec<Value> =
                    wrapper.arguments.iter().map(|passed| passed.value.clone()).collect();
                // `middy(handler).use(…)`
                let before =
                    wrapper.before.as_ref().map(|before| Value::of(Shape::Extern(Rc::clone(before))));
                inner.extend(before);
                for value in inner {
                    self.invoke_one(&value, depth + 1);
                }
            }
            Shape::Object(_) => {
                let functions = self.functions_in(handler);
                for function in functions.iter().take(50) {
                    self.invoke_one(function, depth + 1);
                }
            }
            Shape::Function(_) => {
                let event = self.event("event", at);
                let arguments = vec![event, Value::external("context"), Value::external("callback")];
                let result = self.call_with(handler, arguments, at);
                let result = self.settled(result);
                self.answer(&result, at);
            }
            _ => {}
        }
    }
}

fn is_route(path: &str) -> bool {
    let root = root_of(path);
    let is_framework = FRAMEWORKS.contains(&root) || root.starts_with("@aws-lambda-powertools");
    let last = path.trim_end_matches("()").rsplit('.').next().unwrap_or_default();
    is_framework
        && VERBS.contains(&last)
        && path.contains("()") | path.contains("app") | path.contains("Router")
}
