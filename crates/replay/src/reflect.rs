//! The backend that rule tests expect: it answers as the request asks (`POST /reflect`), else with an empty 200.
//!
//! Behaves as the backend of the Core Rule Set's own test set-up.
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use waf::Fields;

use crate::message::{Request, Response};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Wish {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
    encoded_body: String,
}

/// The response to a request.
#[must_use]
pub fn respond(request: &Request) -> Response {
    let path = request.target.split(|byte| *byte == b'?').next().unwrap_or_default();
    let is_wish = request.method == b"POST" && (path == b"/reflect" || path.starts_with(b"/reflect/"));
    if !is_wish {
        return response(200, &BTreeMap::new(), Vec::new());
    }
    match serde_json::from_slice::<Wish>(&request.body) {
        Ok(wish) => {
            let body = if wish.body.is_empty() {
                STANDARD.decode(&wish.encoded_body).unwrap_or_default()
            } else {
                wish.body.into_bytes()
            };
            response(if wish.status == 0 { 200 } else { wish.status }, &wish.headers, body)
        }
        Err(_) => response(400, &BTreeMap::new(), b"Invalid JSON in request body".to_vec()),
    }
}

fn response(status: u16, named: &BTreeMap<String, String>, body: Vec<u8>) -> Response {
    let mut headers = Fields::default();
    for (name, value) in named {
        headers.push(name.as_bytes(), value.as_bytes());
    }
    if headers.first(b"content-type").is_none() && !body.is_empty() {
        headers.push(b"Content-Type", b"text/plain; charset=utf-8");
    }
    headers.push(b"Content-Length", body.len().to_string().as_bytes());
    Response { status, protocol: b"HTTP/1.1".to_vec(), headers, body }
}
