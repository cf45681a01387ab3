//! What an application brings along: lock files, SBOM and advisories.
