//! Techniques on small templates.
