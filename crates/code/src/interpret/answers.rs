//! What a function answers: pages, redirects, errors that leak.
use model::{SinkKind, Span, UseKind};

use super::Interpreter;
use crate::taint::{Mark, OriginKind, Step, StepKind, Taint};
use crate::value::{Shape, Value};

impl Interpreter<'_> {
    /// Looks at an answer: `{ statusCode, headers, body }`, or anything else.
    pub(super) fn answer(&mut self, answer: &Value, at: Span) {
        for one in answer.each().to_vec() {
            self.leaks(&one, at);
            let Shape::Object(_) = one.shape else { continue };
            let headers = self.member(&one, &"headers".into(), at);
            let body = self.member(&one, &"body".into(), at);
            let kind = self.header(&headers, "content-type");
            let is_html = kind.iter().any(|kind| kind.contains("html"));
            let says_html = body.pieces().iter().any(|piece| piece.text.as_deref().is_some_and(is_markup));
            let says_other = !kind.is_empty() && !is_html;
            if is_html || says_html && !says_other {
                let place = place_of_field(&body.taint, "body").unwrap_or(at);
                self.note_flow(SinkKind::Html, "the answer's body", place, &body.taint.flattened(), place);
            }
            self.location(&headers, at);
        }
    }

    fn header(&mut self, headers: &Value, wanted: &str) -> Vec<String> {
        let Some(object) = headers.as_object().and_then(|id| self.heap.get(id)) else { return vec![] };
        let fields = object.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        fields
            .flat_map(|(_, value)| value.each().to_vec())
            .filter_map(|value| value.as_text().map(|text| text.to_ascii_lowercase()))
            .collect()
    }

    /// `Location` with a host that others choose; any header with line breaks that they choose.
    fn location(&mut self, headers: &Value, at: Span) {
        let Some(object) = headers.as_object().and_then(|id| self.heap.get(id)) else { return };
        let fields: Vec<(String, Value)> =
            object.fields.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
        for (name, value) in fields {
            let place = place_of_field(&value.taint, &name).unwrap_or(at);
            match name.as_str() {
                "location" => {
                    for one in value.each() {
                        let one = Value { shape: one.shape.clone(), taint: one.taint.join(&value.taint) };
                        let taint = super::sinks::host_taint(&one, SinkKind::Redirect);
                        self.note_flow(SinkKind::Redirect, "the Location header", place, &taint, place);
                    }
                }
                "set-cookie" => {
                    self.note_flow(SinkKind::Header, "the Set-Cookie header", place, &value.taint, place);
                }
                // Whoever asks is let in: no line break is needed for that.
                "access-control-allow-origin" => {
                    let chosen = value
                        .taint
                        .map(|mark| Mark { clean: mark.clean.without(SinkKind::Header), ..mark.clone() });
                    let is_checked = value.taint.marks().iter().all(|mark| mark.clean.has(SinkKind::Request));
                    if !is_checked {
                        self.note_flow(
                            SinkKind::Header,
                            "the Access-Control-Allow-Origin header",
                            place,
                            &chosen,
                            place,
                        );
                    }
                }
                _ => {}
            }
        }
    }

    /// Errors and secrets that the caller gets to see.
    fn leaks(&mut self, answer: &Value, _at: Span) {
        let taint = self.deep_taint(answer);
        for mark in taint.marks() {
            match mark.origin.kind {
                OriginKind::Error => {
                    let path = mark.origin.path.to_string();
                    // Where it is put into the answer, when that is known.
                    let place = field_of(mark, "body").unwrap_or(mark.origin.at);
                    self.note_use(UseKind::ErrorInAnswer, &path, place);
                }
                OriginKind::Secret => {
                    self.note_use(UseKind::SensitiveLog, "a secret in the answer", mark.origin.at)
                }
                OriginKind::Event | OriginKind::UnverifiedToken | OriginKind::Stored => {}
            }
        }
    }
}

fn is_markup(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    ["<!doctype html", "<html", "<body", "<h1", "<div", "<p>", "<script"]
        .iter()
        .any(|tag| text.starts_with(tag))
}

/// Where a value was put into this field, else the last place that it came through.
fn place_of_field(taint: &Taint, field: &str) -> Option<Span> {
    let mark = taint.marks().first()?;
    field_of(mark, field).or_else(|| mark.trail.steps().last().map(|step| step.at))
}

/// Where a value was put into this field.
fn field_of(mark: &Mark, field: &str) -> Option<Span> {
    let into = |step: &&Step| step.kind == StepKind::Assigned && step.name.eq_ignore_ascii_case(field);
    mark.trail.steps().iter().rev().find(into).map(|step| step.at)
}
