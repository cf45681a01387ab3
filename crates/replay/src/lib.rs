//! Recorded and written traffic through the inspection engine, without a server.
//!
//! Reads raw HTTP/1 messages as lenient servers do ([`message`]), runs them through a [`waf::Plan`] ([`exchange`]), reads and judges
//! rule tests in the go-ftw format ([`ftw`]), and proposes exclusions from recorded traffic ([`tune`]).
//!
//! Deliberately absent: files, sockets, a clock. The caller reads, asks the time and prints.
pub mod exchange;
pub mod ftw;
pub use waf::message;
pub mod record;
pub mod reflect;
pub mod tune;
