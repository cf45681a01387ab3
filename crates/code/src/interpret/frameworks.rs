//! Web frameworks inside of a function: who they call with a request.
use std::rc::Rc;

use model::Span;

use super::Interpreter;
use crate::ir::{Name, ParamKind};
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
            let is_python = closure.module.language == model::Language::Python;
            let arguments: Vec<Passed> = if is_python {
                let params = function.params.iter().filter(|param| param.kind != ParamKind::Keywords);
                let named = params.filter_map(|param| {
                    let name = Self::name_of(&param.target)?.clone();
                    // `/count/<int:number>` says so in the route.
                    let converted = route.as_ref().is_some_and(|route| {
                        ["int", "float", "uuid"]
                            .iter()
                            .any(|kind| route.contains(&format!("<{kind}:{name}>")))
                    });
                    let is_number = converted
                        || matches!(param.annotation.as_deref(), Some("int" | "float" | "bool" | "UUID"));
                    Some((name, is_number))
                });
                let named: Vec<(Name, bool)> = named.collect();
                named.into_iter().map(|(name, is_number)| self.route_param(name, is_number, at)).collect()
            } else {
                let request = self.event("request", at);
                let values = vec![request, Value::external("response"), Value::external("next")];
                values.into_iter().map(|value| Passed { name: None, value, at, is_spread: false }).collect()
            };
            let result = self.enter(&closure, &arguments, None);
            self.answer(&result, at);
        }
    }

    fn route_param(&mut self, name: Name, is_number: bool, at: Span) -> Passed {
        let root = self.event("request", at);
        let whole = matches!(&*name, "request" | "req" | "event" | "ctx" | "c");
        let value = if whole { root } else { self.member(&root, &name, at) };
        let value = if is_number { Value::unknown(super::expressions::numeric(&value.taint)) } else { value };
        Passed { name: Some(name), value, at, is_spread: false }
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
