//! Events and answers, through a whole inspector.
