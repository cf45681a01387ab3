//! APIs and what stands in front: authentication, throttling, TLS, CORS, firewalls, CDN, sign-in.
use crate::registry::area;

mod shared;

area! {
    api_data_trace,
    api_key_in_template,
    api_key_only_route,
    api_policy_for_everyone,
    api_without_client_certificate,
    api_without_execution_logs,
    api_without_firewall,
    default_endpoint_beside_domain,
    gap_on_replacement,
    jwt_without_audience,
    old_tls_api_domain,
    open_route,
    plain_http_integration,
    private_api_without_policy,
    public_function_url,
    reused_authorization,
    uncached_api,
    uncached_api_method,
    unencrypted_api_cache,
    unlogged_api,
    unthrottled_api,
    untraced_api,
    unvalidated_api_request,
    unverified_backend_certificate,
    wildcard_cors,
    wildcard_cors_with_credentials,
}
