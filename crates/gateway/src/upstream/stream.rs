//! Lambda's `InvokeWithResponseStream`: frames of `application/vnd.amazon.eventstream` become a streamed HTTP answer.
//!
//! A frame is its length, the length of its headers, a checksum of both, headers, payload, and a checksum of everything. What a
//! function streams begins with a prelude (status, fields, cookies as JSON) and eight NUL bytes, as Lambda's own HTTP integrations
//! read it; without one it is the body itself, and a function that does not stream answers in one piece as with `Invoke`.
use super::lambda::{self, AnswerError};
use crate::body::{Body, BodyError};
use crate::exchange::Answer;
use bytes::{Buf as _, Bytes, BytesMut};
use frames::{Decoder, Event};
use http::header::{CONTENT_TYPE, HeaderValue};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

mod frames;

#[cfg(test)]
mod tests;

/// Between prelude and body of a function's stream.
const DELIMITER: [u8; 8] = [0; 8];

/// A function's stream.
struct Source {
    body: Body,
    decoder: Decoder,
    /// What came and was not handed on.
    first: Bytes,
    done: bool,
}

impl Source {
    /// The next part; `None`: the function has ended well.
    async fn next(&mut self) -> Result<Option<Bytes>, AnswerError> {
        loop {
            match self.decoder.next().map_err(AnswerError::Frame)? {
                Some(Event::Chunk(chunk)) => return Ok(Some(chunk)),
                Some(Event::Complete(None)) => {
                    self.done = true;
                    return Ok(None);
                }
                Some(Event::Complete(Some(_))) => return Err(AnswerError::Function),
                Some(Event::Other) => {}
                None => match self.body.frame().await {
                    Some(frame) => {
                        if let Ok(data) = frame?.into_data() {
                            self.decoder.read.extend_from_slice(&data);
                        }
                    }
                    None => return Err(AnswerError::Frame("it ended before the function did")),
                },
            }
        }
    }
}

/// The function's answer as HTTP, streamed. Up to `most` bytes are held for a prelude, or for an answer in one piece.
pub(crate) async fn answer(invoked: Answer, most: usize) -> Result<Answer, AnswerError> {
    let (head, body) = invoked.into_parts();
    if !head.status.is_success() {
        return Err(AnswerError::Refused(head.status.as_u16()));
    }
    if head.headers.contains_key("x-amz-function-error") {
        return Err(AnswerError::Function);
    }
    let mut source = Source { body, decoder: Decoder::default(), first: Bytes::new(), done: false };
    let mut held = BytesMut::new();
    loop {
        // The delimiter may come in two parts: the last bytes of what was looked through are looked at again.
        let looked = held.len().saturating_sub(DELIMITER.len() - 1);
        let part = source.next().await?;
        held.extend_from_slice(part.as_deref().unwrap_or_default());
        if held.first().is_some_and(|byte| *byte != b'{') {
            source.first = held.freeze();
            return Ok(plain(source));
        }
        let found = memchr::memmem::find(held.get(looked..).unwrap_or_default(), &DELIMITER);
        if let Some(at) = found.map(|at| looked + at) {
            let prelude = held.split_to(at).freeze();
            held.advance(DELIMITER.len());
            source.first = held.freeze();
            return begun(&prelude, source);
        }
        if part.is_none() {
            return if held.is_empty() { Ok(plain(source)) } else { lambda::read(&held) };
        }
        if held.len() > most {
            return Err(AnswerError::Form);
        }
    }
}

/// A stream without a prelude.
fn plain(source: Source) -> Answer {
    let mut answer = Answer::new(Body::stream(source));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    answer
}

/// A stream behind its prelude.
fn begun(prelude: &[u8], source: Source) -> Result<Answer, AnswerError> {
    let mut value: Value = serde_json::from_slice(prelude).map_err(|_| AnswerError::Form)?;
    let object = value.as_object_mut().ok_or(AnswerError::Form)?;
    object.entry("statusCode").or_insert(Value::from(200));
    object.remove("body");
    let (mut head, _) = lambda::read(&serde_json::to_vec(&value).unwrap_or_default())?.into_parts();
    let is_typed = value
        .get("headers")
        .and_then(Value::as_object)
        .is_some_and(|fields| fields.keys().any(|name| name.eq_ignore_ascii_case(CONTENT_TYPE.as_str())));
    if !is_typed {
        head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    }
    Ok(Answer::from_parts(head, Body::stream(source)))
}

impl http_body::Body for Source {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        if !this.first.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut this.first)))));
        }
        let broken = |text: &str| Poll::Ready(Some(Err(BodyError::Broken(text.to_owned()))));
        while !this.done {
            match this.decoder.next() {
                Ok(Some(Event::Chunk(chunk))) if !chunk.is_empty() => {
                    return Poll::Ready(Some(Ok(Frame::data(chunk))));
                }
                Ok(Some(Event::Chunk(_) | Event::Other)) => {}
                Ok(Some(Event::Complete(None))) => this.done = true,
                Ok(Some(Event::Complete(Some(_)))) => {
                    this.done = true;
                    return broken("the function failed in the middle of its answer");
                }
                Ok(None) => match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                    Some(Ok(frame)) => {
                        if let Ok(data) = frame.into_data() {
                            this.decoder.read.extend_from_slice(&data);
                        }
                    }
                    Some(Err(error)) => {
                        this.done = true;
                        return Poll::Ready(Some(Err(error)));
                    }
                    None => {
                        this.done = true;
                        return broken("the stream ended before the function did");
                    }
                },
                Err(why) => {
                    this.done = true;
                    return broken(why);
                }
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.done && self.first.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
