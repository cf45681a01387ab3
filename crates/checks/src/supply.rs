//! Supply: runtimes, images, layers, signing.
use crate::registry::area;

area! {
    deprecated_runtime,
    foreign_layer,
    image_without_digest,
    latest_image,
    public_layer,
    public_registry_image,
    runtime_near_end,
    signing_only_warns,
    unsigned_function,
}
