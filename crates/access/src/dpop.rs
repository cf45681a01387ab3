//! Proofs of possession (RFC 9449).
