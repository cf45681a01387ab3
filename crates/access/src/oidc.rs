//! Login for pages.
