//! Tests of key sets.
