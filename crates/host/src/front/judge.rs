//! Whether the caller may: the function's role, the resource's policy, `iam::evaluate` between them.
use super::Front;
use super::asked::{self, Wanted};
use super::lambda::decode;
use crate::plan::Function;
use crate::talk::Line;
use crate::wire::{self, Reply};
use http::Request;
use hyper::body::Incoming;
use iam::evaluate::{Caller, Context, Inputs, Request as Asked, Values, Verdict, evaluate};
use serde_json::json;
use std::sync::Arc;

/// A refusal, for the caller's protocol.
#[derive(Debug)]
pub(super) struct Refusal {
    code: &'static str,
    message: String,
}

/// Operations that nobody has to sign.
const UNSIGNED: &[&str] = &[
    "InitiateAuth",
    "RespondToAuthChallenge",
    "SignUp",
    "ConfirmSignUp",
    "ResendConfirmationCode",
    "ForgotPassword",
    "ConfirmForgotPassword",
    "GetUser",
    "ChangePassword",
    "GlobalSignOut",
    "RevokeToken",
    "UpdateUserAttributes",
    "GetId",
    "GetCredentialsForIdentity",
    "GetOpenIdToken",
];

impl Refusal {
    /// The answer in the protocol of the service.
    pub(super) fn reply(&self, wanted: &Wanted) -> Reply {
        match wanted.service.as_str() {
            "s3" => {
                let text = format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message></Error>",
                    self.code,
                    escape(&self.message)
                );
                wire::reply(403, "application/xml", text)
            }
            "ec2" => {
                let text = format!(
                    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>{}</Message></Error></Errors><RequestID>local</RequestID></Response>",
                    escape(&self.message)
                );
                wire::reply(403, "text/xml", text)
            }
            // Its JSON protocol keeps the codes of the query protocol, in a header.
            "sqs" if wanted.targeted => {
                let body =
                    json!({"__type": format!("com.amazonaws.sqs#{}", self.code), "message": self.message});
                let mut reply = wire::json(403, &body);
                wire::set(&mut reply, "x-amzn-query-error", &format!("{};Sender", self.code));
                reply
            }
            service @ ("sns" | "sqs" | "ses" | "email" | "sts" | "iam" | "cloudwatch" | "monitoring")
                if !wanted.targeted =>
            {
                let code = if service == "sns" && self.code == "AccessDenied" {
                    "AuthorizationError"
                } else {
                    self.code
                };
                let text = format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{}</Message></Error><RequestId>local</RequestId></ErrorResponse>",
                    escape(&self.message)
                );
                wire::reply(403, "text/xml", text)
            }
            _ => {
                let kind = format!("{}Exception", self.code.trim_end_matches("Exception"));
                let mut reply = wire::json(
                    400,
                    &json!({"__type": kind, "Message": self.message, "message": self.message}),
                );
                wire::set(&mut reply, "x-amzn-errortype", &kind);
                reply
            }
        }
    }
}

/// A refusal before anything is looked at: nobody is known to call.
fn unsigned(kind: &str, message: &str) -> Reply {
    let mut reply = wire::json(403, &json!({"message": message}));
    wire::set(&mut reply, "x-amzn-errortype", kind);
    reply
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Front {
    fn caller(&self, key: &str) -> Option<&Arc<Function>> {
        self.plan.functions.values().find(|function| function.access_key == key)
    }

    /// The name of the function that calls, when it may; none: the owner of this machine.
    pub(super) fn judge(&self, wanted: &Wanted) -> Result<Option<String>, Refusal> {
        let Some(key) = wanted.key.as_deref().filter(|key| !key.is_empty()) else {
            if UNSIGNED.contains(&wanted.operation.as_str()) && wanted.service.starts_with("cognito") {
                return Ok(None);
            }
            return self.decide(wanted, None).map(|()| None);
        };
        if key == self.owner_key {
            return Ok(None);
        }
        let Some(function) = self.caller(key) else {
            let message = "The security token included in the request is invalid: the access key belongs to no function of this host".to_owned();
            return Err(Refusal {
                code: if wanted.service == "s3" { "InvalidAccessKeyId" } else { "UnrecognizedClient" },
                message,
            });
        };
        if wanted.service == "sts" && wanted.operation == "GetCallerIdentity" {
            return Ok(Some(function.name.clone()));
        }
        self.decide(wanted, Some(function)).map(|()| Some(function.name.clone()))
    }

    fn decide(&self, wanted: &Wanted, function: Option<&Arc<Function>>) -> Result<(), Refusal> {
        let who = function.map_or("anonymous", |function| function.name.as_str());
        if wanted.needs.is_empty() {
            let message = format!(
                "User: {who} is not authorized: `{} {}` is not known to this host, and what is not known is denied",
                wanted.service, wanted.operation
            );
            self.told(who, (&format!("{}:{}", wanted.service, wanted.operation), "*"), Some(&message));
            if function.is_some() && !self.shared.settings.enforce {
                return Ok(());
            }
            return Err(Refusal { code: "AccessDenied", message });
        }
        for (action, resource) in &wanted.needs {
            let resource = self.resource_arn(resource);
            if self.allowed(function, action, &resource) {
                continue;
            }
            let principal = function.map_or("anonymous".to_owned(), |function| {
                format!(
                    "{}/{}",
                    function.role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/"),
                    function.name
                )
            });
            let message = format!(
                "User: {principal} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
            );
            self.told(who, (action, &resource), Some("its role does not allow it"));
            if function.is_some() && !self.shared.settings.enforce {
                continue;
            }
            return Err(Refusal { code: "AccessDenied", message });
        }
        Ok(())
    }

    fn told(&self, who: &str, (action, resource): (&str, &str), why: Option<&str>) {
        self.shared.talk.say(Line::Call {
            function: who.to_owned(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            allowed: false,
            status: 403,
            why: why.map(str::to_owned),
        });
    }

    /// The whole ARN of a secret that is named without its random end.
    fn resource_arn(&self, resource: &str) -> String {
        let longer = self.plan.secrets.iter().find(|arn| {
            arn.strip_prefix(resource).is_some_and(|rest| rest.len() == 7 && rest.starts_with('-'))
        });
        longer.cloned().unwrap_or_else(|| resource.to_owned())
    }

    fn allowed(&self, function: Option<&Arc<Function>>, action: &str, resource: &str) -> bool {
        let settings = &self.shared.settings;
        let role = function.map_or(String::new(), |function| function.role.clone());
        let mut request = Asked::new(&role, action, resource);
        let mut context = Context::closed()
            .one("aws:RequestedRegion", &settings.region)
            .one("aws:SourceIp", "127.0.0.1")
            .one("aws:SecureTransport", "true");
        if let Some(function) = function {
            context = context
                .one("aws:PrincipalArn", &function.role)
                .one("aws:PrincipalAccount", &settings.account)
                .one("lambda:SourceFunctionArn", &function.arn);
        } else {
            request.caller = Caller::Anonymous;
            context = context.with("aws:PrincipalArn", Values::Missing);
        }
        request.account = iam::Pattern::literal(&settings.account);
        request.context = context;
        let owner = resource
            .split_once('/')
            .filter(|_| resource.starts_with("arn:aws:s3:::"))
            .map_or(resource, |(bucket, _)| bucket);
        let of_resource = self.plan.resource_policies.get(owner).map(Vec::as_slice).unwrap_or_default();
        let none = Vec::new();
        let inputs = Inputs {
            identity: function.map_or(&none, |function| &function.policies),
            boundaries: function.map_or(&none, |function| &function.boundaries),
            resource: of_resource,
            ..Inputs::default()
        };
        evaluate(&request, &inputs).verdict == Verdict::Allowed
    }

    /// Calls of `Invoke`: the owner may, functions may what their role allows, nobody else may.
    pub(super) fn may_invoke(&self, request: &Request<Incoming>, path: &str) -> Result<(), Box<Reply>> {
        let Some((key, _)) = asked::signer(request.uri(), request.headers()) else {
            if self.shared.settings.unsigned_invoke {
                return Ok(());
            }
            return Err(Box::new(unsigned(
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            )));
        };
        if key == self.owner_key {
            return Ok(());
        }
        let Some(function) = self.caller(&key) else {
            let message = "The security token included in the request is invalid.";
            return Err(Box::new(unsigned("UnrecognizedClientException", message)));
        };
        let name = path.split('/').nth(3).map(decode).unwrap_or_default();
        let target = self.plan.find(&name).map_or_else(
            || {
                format!(
                    "arn:aws:lambda:{}:{}:function:{name}",
                    self.shared.settings.region, self.shared.settings.account
                )
            },
            |target| target.arn.clone(),
        );
        let (action, resource) = match (request.method().as_str(), path.split('/').nth(4)) {
            ("POST", Some("invocations" | "response-streaming-invocations" | "invoke-async")) => {
                ("lambda:InvokeFunction", target)
            }
            ("GET", Some("configuration")) => ("lambda:GetFunctionConfiguration", target),
            ("GET", None) if !name.is_empty() => ("lambda:GetFunction", target),
            ("GET", None) => ("lambda:ListFunctions", "*".to_owned()),
            _ => ("", target),
        };
        let wanted = Wanted {
            service: "lambda".to_owned(),
            needs: if action.is_empty() { Vec::new() } else { vec![(action.to_owned(), resource.clone())] },
            ..Wanted::default()
        };
        match self.decide(&wanted, Some(function)) {
            Ok(()) => {
                let (function, action) = (function.name.clone(), action.to_owned());
                self.shared.talk.say(Line::Call {
                    function,
                    action,
                    resource,
                    allowed: true,
                    status: 200,
                    why: None,
                });
                Ok(())
            }
            Err(refusal) => {
                let mut reply =
                    wire::json(403, &json!({"Message": refusal.message, "message": refusal.message}));
                wire::set(&mut reply, "x-amzn-errortype", "AccessDeniedException");
                Err(Box::new(reply))
            }
        }
    }
}
