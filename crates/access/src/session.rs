//! Sessions in a sealed cookie.
