//! OAuth 2.0 as a resource server and as a client.
