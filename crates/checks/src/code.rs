//! Code: what the functions do with what they are given.
use crate::registry::area;

mod shared;

area! {
    archive_traversal,
    code_injection,
    command_injection,
    cross_site_scripting,
    email_header_injection,
    header_injection,
    identity_from_input,
    identity_from_unverified_token,
    ldap_injection,
    log_injection,
    mass_assignment,
    nosql_injection,
    open_redirect,
    path_traversal,
    prompt_injection,
    prototype_pollution,
    regex_injection,
    server_side_request_forgery,
    sql_injection,
    template_injection,
    unsafe_deserialization_of_input,
    untrusted_invoke_target,
    xml_external_entity,
    xpath_injection,
}
