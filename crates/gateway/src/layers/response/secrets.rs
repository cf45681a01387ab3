//! Secrets and personal data in bodies.
use super::{Found, Wish};
use crate::body::{Body, BodyError};
use bytes::Bytes;
use http_body::Frame;
use sensitive::{HashKey, Masker, Place, Wanted};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, ready};

/// Findings of answers are compared with nothing; their hashes need no key of ours.
static NO_KEY: LazyLock<HashKey> = LazyLock::new(|| HashKey::new(b""));

/// What was found in a body that is held whole.
pub(super) struct Judged {
    /// Which kinds, and how many of each; never a value.
    pub(super) reason: Option<String>,
    pub(super) is_blocked: bool,
    pub(super) masked: Option<Vec<u8>>,
}

/// Which detectors run, of the classes that a test holds for.
pub(super) fn wanted(wish: Wish, test: impl Fn(Found) -> bool) -> Option<Wanted> {
    match (test(wish.secrets), test(wish.personal)) {
        (true, true) => Some(Wanted::All),
        (true, false) => Some(Wanted::Secrets),
        (false, true) => Some(Wanted::Personal),
        (false, false) => None,
    }
}

/// Looks into a body.
pub(super) fn judge(bytes: &[u8], place: Place, wish: Wish) -> Judged {
    let nothing = Judged { reason: None, is_blocked: false, masked: None };
    let Some(looked_for) = wanted(wish, |found| found != Found::Off) else { return nothing };
    let found = sensitive::scan(bytes, place, looked_for, &NO_KEY);
    if found.is_empty() {
        return nothing;
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut is_blocked = false;
    for one in &found {
        *kinds.entry(one.detector).or_default() += 1;
        let does = if one.class == sensitive::Class::Secret { wish.secrets } else { wish.personal };
        is_blocked |= does == Found::Block;
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
    let masked =
        wanted(wish, |found| found == Found::Mask).map(|wanted| sensitive::mask(bytes, place, wanted));
    Judged {
        reason: Some(format!("the answer holds {}", kinds.join(", "))),
        is_blocked,
        masked: masked.filter(|masked| masked != bytes),
    }
}

/// A body that is masked while it streams.
pub(super) struct Masked {
    body: Body,
    masker: Option<Masker>,
    trailers: Option<Frame<Bytes>>,
}

impl Masked {
    pub(super) fn new(body: Body, place: Place, wanted: Wanted) -> Self {
        Self { body, masker: Some(Masker::new(place, wanted)), trailers: None }
    }
}

impl http_body::Body for Masked {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        loop {
            let Some(masker) = &mut this.masker else {
                return Poll::Ready(this.trailers.take().map(Ok));
            };
            let given = match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => masker.push(&data),
                    Err(trailers) => {
                        this.trailers = Some(trailers);
                        this.masker.take().map(Masker::finish).unwrap_or_default()
                    }
                },
                Some(Err(error)) => {
                    // What was held back is not given: the client must see that the answer broke off.
                    this.masker = None;
                    return Poll::Ready(Some(Err(error)));
                }
                None => this.masker.take().map(Masker::finish).unwrap_or_default(),
            };
            if !given.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(Bytes::from(given)))));
            }
        }
    }
}
