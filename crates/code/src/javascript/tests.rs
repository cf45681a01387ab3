//! Small sources and what becomes of them.
