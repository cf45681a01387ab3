//! Operations of the cloud's SDK: what they send on, what they give back.

use std::rc::Rc;

use model::{Aws, Span, UseKind};

use super::Interpreter;
use super::externs::{Invoked, command_of};
use super::record::{Boundary, Site};
use crate::models;
use crate::taint::{Kinds, Mark, Origin, OriginKind, Structure, Taint};
use crate::value::{Extern, Passed, Shape, Value};

impl Interpreter<'_> {
    /// An operation of the cloud's SDK.
    pub(super) fn sdk_call(
        &mut self,
        known: &Extern,
        taint: &Taint,
        aws: Aws,
        (arguments, site): (&[Passed], Site),
    ) -> Value {
        // `client.send(new Command({ … }))`: the command's arguments are the operation's.
        let command = command_of(arguments).filter(|command| !command.arguments.is_empty());
        let inner: Vec<Passed> = match command {
            Some(command) => {
                // Options of a presigned address stand beside the command.
                let options = arguments.iter().filter(|passed| passed.value.as_extern().is_none());
                command.arguments.iter().chain(options).cloned().collect()
            }
            None => arguments.to_vec(),
        };
        let receiver = Value { shape: Shape::Extern(Rc::new(known.clone())), taint: taint.clone() };
        // What a call gave is called itself: the rules of the first call are not those of the second.
        let of_result = format!("{}.()", known.path);
        let path: &str = if known.path.ends_with("()") { &of_result } else { &known.path };
        let invoked = Invoked { path, keyed: &known.keyed, receiver: &receiver, arguments: &inner, site };
        for rule in models::rules(self.language(), &known.path) {
            self.sink(rule, &invoked);
        }
        let written = self.with_parameters(known, &aws, &inner, site);
        self.note_call(&known.path, Some(aws.clone()), &written, site);
        if let Some(listing) = models::aws::listing(&known.keyed) {
            let api = format!("{}: {}.{}", known.path, listing.service, listing.operation);
            self.note_call(&api, Some(listing), &written, site);
        }
        self.identity(&known.path, &[], &inner);
        let target = self.target_of(known, &inner);
        self.note_boundary(&aws, target.as_ref(), &invoked);
        let stored = self.stored(&aws, known, target.as_ref(), site.at);
        let result = Value { shape: Shape::Extern(known.called(arguments).into()), taint: stored };
        let callbacks: Vec<Value> =
            arguments.iter().flat_map(|passed| self.functions_in(&passed.value)).collect();
        for callback in callbacks {
            self.in_branch(|this| {
                let error = super::statements::caught(site.at);
                this.call_with(&callback, vec![error, result.clone()], site.at)
            });
        }
        let is_secret = match (aws.service.as_str(), aws.operation.as_str()) {
            ("secretsmanager", "GetSecretValue") => true,
            // A parameter that needs no decryption is a setting.
            ("ssm", "GetParameter" | "GetParameters" | "GetParametersByPath") => {
                ["WithDecryption", "decrypt"]
                    .iter()
                    .any(|key| self.option(&inner, key).is_some_and(|value| value.as_bool() != Some(false)))
            }
            _ => false,
        };
        if is_secret {
            return self.secret(result, &inner, site.at);
        }
        if aws.service == "lambda" && aws.operation == "Invoke" {
            return result.with(failure(site.at));
        }
        // What was uploaded is as good as who uploads.
        let is_read =
            aws.service == "s3" && matches!(aws.operation.as_str(), "GetObject" | "SelectObjectContent");
        let keys = self.taint_of_passed(&inner).join(&self.taint_of_passed(&known.arguments));
        let uploaded = uploaded(&keys);
        if is_read && !uploaded.is_none() { result.with(uploaded) } else { result }
    }

    fn secret(&mut self, result: Value, arguments: &[Passed], at: Span) -> Value {
        let name = ["SecretId", "Name", "name"].iter().find_map(|key| self.option(arguments, key));
        let name = name.or_else(|| arguments.first().map(|first| first.value.clone()));
        let text = name.map_or_else(String::new, |name| match self.data_of(&name, 0) {
            model::Data::Text(text) => text,
            model::Data::Ref(reference) => reference.target,
            _ => String::new(),
        });
        self.note_use(UseKind::Secret, &text, at);
        let origin = Origin { path: text.as_str().into(), kind: OriginKind::Secret, at };
        let trail = crate::taint::Trail::START;
        let mark = Mark { origin: origin.into(), clean: Kinds::ALL, trail, structure: Structure::Text };
        result.with(Taint::of(mark))
    }

    /// What names the receiver, table or bucket of an operation.
    fn target_of(&self, known: &Extern, arguments: &[Passed]) -> Option<Value> {
        const TARGETS: &[&str] = &[
            "FunctionName",
            "QueueUrl",
            "TopicArn",
            "TargetArn",
            "TableName",
            "Bucket",
            "StreamName",
            "stateMachineArn",
            "EventBusName",
            "DeliveryStreamName",
            "Entries",
            "RequestItems",
        ];
        let named = TARGETS.iter().find_map(|name| self.option(arguments, name));
        let named = named.or_else(|| self.option(arguments, super::stored::bucket_position(&known.path)?));
        // `resource.Table(name).put_item(…)`.
        named.or_else(|| known.arguments.first().map(|first| first.value.clone()))
    }

    fn note_boundary(&mut self, aws: &Aws, target: Option<&Value>, call: &Invoked<'_>) {
        let at = call.site.at;
        // The same call is reached on several ways: a few of them tell what it sends.
        let known = self.record.boundaries.iter().filter(|boundary| boundary.at == at).count();
        if self.quiet > 0 || self.unreached || known >= 4 || self.record.boundaries.len() >= 1_000 {
            return;
        }
        let marks = super::stored::marks_of_others(&self.taint_of_passed(call.arguments));
        let stored = self.written(aws, call.path, call.arguments);
        let target = target.map_or_else(|| model::Data::unknown("not named"), |value| self.data_of(value, 0));
        self.record.boundaries.push(Boundary { operation: aws.clone(), target, at, marks, stored });
    }
}

/// What an invoked function gives back may be its error, trace included.
fn failure(at: Span) -> Taint {
    let origin = Origin { path: INVOKED.into(), kind: OriginKind::Error, at };
    let trail = crate::taint::Trail::START;
    Taint::of(Mark { origin: origin.into(), clean: Kinds::ALL, trail, structure: Structure::Text })
}

/// How a use names an error that came from an invoked function.
pub(crate) const INVOKED: &str = "the answer of an invoked function";

/// The marks of an upload's key: its content comes from the same sender.
fn uploaded(taint: &Taint) -> Taint {
    let mut only = Taint::NONE;
    for mark in taint.marks().iter().filter(|mark| mark.origin.path.contains(".object.key")) {
        only = only.join(&Taint::of(Mark { clean: Kinds::NONE, ..mark.clone() }));
    }
    only
}
