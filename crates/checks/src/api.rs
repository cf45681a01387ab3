//! APIs and what stands in front: authentication, throttling, TLS, CORS, firewalls, CDN, sign-in.
use crate::registry::area;

area! { public_function_url }
