//! Detectors of secrets and personal data: one engine for scans, logs and responses.
