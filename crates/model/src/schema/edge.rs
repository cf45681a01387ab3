//! What faces the outside: APIs, load balancers, CDN, firewalls, certificates, sign-in.
use super::attributes;

attributes! {}
