//! Sizes, odd heads and odd paths.
use super::Layer;
use crate::body::Body;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use http::{Method, StatusCode};
use http_body::Body as _;

/// The layer.
#[derive(Debug)]
pub(crate) struct Limits {}

impl Layer for Limits {
    const NAME: &'static str = "limits";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let _ = (&config.limits, before);
        Ok(Self {})
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        let limits = &exchange.gate.config.limits;
        if let Some(odd) = exchange.odd.take() {
            return exchange.refuse(Self::NAME, StatusCode::BAD_REQUEST, odd);
        }
        let allowed = &exchange.route.settings.path_oddities;
        if let Some(odd) = exchange.path.oddities.iter().find(|odd| !allowed.contains(odd)) {
            let reason = format!("the path has an oddity that its route does not accept: {odd:?}");
            return exchange.refuse(Self::NAME, StatusCode::BAD_REQUEST, reason);
        }
        if exchange.head.method == Method::CONNECT
            && exchange.head.extensions.get::<hyper::ext::Protocol>().is_none()
        {
            return exchange.refuse(
                Self::NAME,
                StatusCode::METHOD_NOT_ALLOWED,
                "CONNECT is no request to a gateway",
            );
        }
        if exchange.head.method == Method::CONNECT {
            // RFC 8441: its stream would pass uninspected, and nothing here carries it on.
            return exchange.refuse(Self::NAME, StatusCode::NOT_IMPLEMENTED, "an upgrade over HTTP/2");
        }
        if exchange.head.method == Method::TRACE {
            return exchange.refuse(
                Self::NAME,
                StatusCode::METHOD_NOT_ALLOWED,
                "TRACE shows headers to scripts",
            );
        }
        if exchange.head.headers.len() > limits.headers_max {
            let reason = format!("more than {} header fields", limits.headers_max);
            return exchange.refuse(Self::NAME, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, reason);
        }
        let target = exchange.head.uri.path_and_query().map_or(0, |target| target.as_str().len());
        if target > limits.target_bytes_max {
            let reason = format!("a target of more than {} bytes", limits.target_bytes_max);
            return exchange.refuse(Self::NAME, StatusCode::URI_TOO_LONG, reason);
        }
        let most = exchange.route.settings.body_bytes_max.unwrap_or(limits.body_bytes_max);
        if exchange.body.size_hint().lower() > most {
            let reason = format!("a body of more than {most} bytes");
            return exchange.refuse(Self::NAME, StatusCode::PAYLOAD_TOO_LARGE, reason);
        }
        let stream = exchange.is_grpc_call().then(|| exchange.total_ms(true));
        if let Body::Client(body) = &mut exchange.body {
            body.limit(most);
            if let Some(most_ms) = stream {
                body.last(most_ms);
            }
        }
        // HTTP/2 lets a client say that nothing comes, and go on. Nothing is sent for it before it is clear whether it lies (RFC
        // 9113, section 8.1.1).
        if matches!(exchange.body, Body::Client(_)) && exchange.body.size_hint().exact() == Some(0) {
            exchange.whole_body(Self::NAME).await?;
        }
        Flow::Continue(())
    }
}
