//! Secrets: what must not stand in a file.
mod kinds;

use crate::registry::area;

area! {
    personal_data_in_source,
    secret_api_key,
    secret_cloud_key,
    secret_connection_string,
    secret_high_entropy,
    secret_in_environment_file,
    secret_in_header,
    secret_in_history,
    secret_in_manifest,
    secret_jwt,
    secret_password,
    secret_password_hash,
    secret_private_key,
    secret_provider_key,
    secret_token,
    secret_webhook,
}
