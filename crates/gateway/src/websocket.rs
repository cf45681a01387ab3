//! Upgrades (WebSocket): heads are inspected, then bytes pass in both directions.
use crate::body::Body;
use crate::exchange::{Answer, Exchange};
use crate::upstream::pool::{self, Failure};
use crate::upstream::{Address, Place, headers};
use http::header::{CONNECTION, HeaderValue, UPGRADE};
use http::{Request, StatusCode, request};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use std::time::Duration;

/// Whether a request asks for another protocol. `h2c` is none: it is refused by being overlooked (RFC 9113 deprecates it).
pub(crate) fn is_upgrade(head: &request::Parts) -> bool {
    let wanted =
        head.headers.get(UPGRADE).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"h2c"));
    let said = head.headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    wanted && said.flat_map(|value| value.split(',')).any(|name| name.trim().eq_ignore_ascii_case("upgrade"))
}

/// Asks the upstream for the upgrade. When it agrees, a task of its own carries bytes until one side ends or both are silent.
pub(crate) async fn tunnel(
    exchange: &mut Exchange<'_>,
    address: &Address,
    mut request: Request<Body>,
    place: Place,
) -> Result<Answer, Failure> {
    let protocol = exchange.upgrade.clone().unwrap_or(HeaderValue::from_static("websocket"));
    request.headers_mut().insert(UPGRADE, protocol.clone());
    request.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
    let mut answer = pool::send_upgrade(address, request).await?;
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        let (mut head, body) = answer.into_parts();
        headers::strip_hop(&mut head.headers);
        return Ok(Answer::from_parts(head, Body::stream(body.map_err(crate::body::BodyError::from))));
    }
    let theirs = hyper::upgrade::on(&mut answer);
    let mut ours = Request::new(());
    *ours.extensions_mut() = std::mem::take(&mut exchange.head.extensions);
    let ours = hyper::upgrade::on(&mut ours);
    let most = match exchange.total_ms(true) {
        0 => Duration::MAX,
        given => Duration::from_millis(given),
    };
    let kept = std::mem::take(&mut exchange.kept);
    drop(tokio::spawn(async move {
        let _places = (place, kept);
        let (Ok(client), Ok(upstream)) = (ours.await, theirs.await) else { return };
        let (mut client, mut upstream) = (TokioIo::new(client), TokioIo::new(upstream));
        // Either side may end at any time; there is nobody left to tell.
        drop(tokio::time::timeout(most, tokio::io::copy_bidirectional(&mut client, &mut upstream)).await);
    }));
    let (mut head, _) = answer.into_parts();
    headers::strip_hop(&mut head.headers);
    head.headers.insert(UPGRADE, protocol);
    head.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    Ok(Answer::from_parts(head, Body::Empty))
}
