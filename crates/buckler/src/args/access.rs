//! Arguments of `buckler access`.
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Writing;

#[derive(Debug, Args)]
pub(crate) struct AccessArguments {
    #[command(subcommand)]
    pub command: AccessCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Say what is wrong with rules and policies
    Check(AccessCheckArguments),
    /// Say why a request would be allowed or denied
    Explain(AccessExplainArguments),
    /// Print the schema for HTTP APIs that policies are checked against when there is no other
    Schema(PolicyFiles),
    /// Make, list and take back API keys
    Key(KeyArguments),
    /// Say why a token is accepted or refused; its signature is never printed
    DecodeToken(DecodeTokenArguments),
}

/// Where rules and policies are.
#[derive(Debug, Args)]
pub(crate) struct PolicyFiles {
    /// What each route asks for, and how requests become entities (TOML: `[routes]`, `[cedar]`)
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Cedar policies: a file, or a folder with files that end in `.cedar`; may be repeated
    #[arg(long, value_name = "PATH")]
    pub policies: Vec<PathBuf>,
    /// The schema, in Cedar's form or JSON
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,
    /// Entities beside those that requests bring (Cedar's JSON)
    #[arg(long, value_name = "FILE")]
    pub entities: Option<PathBuf>,
    /// Links of policy templates (JSON)
    #[arg(long, value_name = "FILE")]
    pub links: Option<PathBuf>,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct AccessCheckArguments {
    #[command(flatten)]
    pub files: PolicyFiles,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AccessExplainArguments {
    #[command(flatten)]
    pub files: PolicyFiles,
    /// Who asks: the claims of a token (JSON), taken as verified; without it, nobody
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// How they were authenticated: jwt, introspection, certificate, api-key, signature or session
    #[arg(long, default_value = "jwt", value_name = "WAY")]
    pub authentication: String,
    /// The request's method
    #[arg(long, default_value = "GET")]
    pub method: String,
    /// The request's path
    #[arg(long)]
    pub path: String,
    /// The route's name [default: the one of `METHOD /path/{parameter}` that fits]
    #[arg(long)]
    pub route: Option<String>,
    /// A parameter of the route; may be repeated
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = super::pair)]
    pub parameters: Vec<(String, String)>,
    /// The client's address
    #[arg(long, default_value = "127.0.0.1")]
    pub address: IpAddr,
    /// The request's host
    #[arg(long, default_value = "localhost")]
    pub host: String,
    /// The client showed a certificate
    #[arg(long)]
    pub mtls: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct KeyArguments {
    #[command(subcommand)]
    pub command: KeyCommand,
    /// The file that keeps the keys' hashes
    #[arg(long, value_name = "FILE", global = true, default_value = "keys.toml")]
    pub file: PathBuf,
    /// A file with the pepper that hashes are made with
    #[arg(long, value_name = "FILE", global = true)]
    pub pepper: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key: printed once, kept only as a hash
    New(NewKeyArguments),
    /// List the keys
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a key in the place of another one, which opens for a while more
    Rotate {
        /// The key's id
        id: String,
        /// How long the old one opens still
        #[arg(long, value_name = "TIME", default_value = "1d", value_parser = period)]
        overlap: u64,
    },
    /// Take a key out of use at once
    Revoke {
        /// The key's id
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct NewKeyArguments {
    /// Whose key it is
    #[arg(long)]
    pub owner: String,
    /// A scope that it has; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// A role that it has; may be repeated
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
    /// How long it lives, such as 90d
    #[arg(long, value_name = "TIME", value_parser = period)]
    pub expires: Option<u64>,
    /// What it is for
    #[arg(long, default_value = "")]
    pub note: String,
    /// For tests: never opens where live keys do
    #[arg(long)]
    pub test: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DecodeTokenArguments {
    /// A file with the token, `-` for the standard input. Never on the command line: others see that
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub token: PathBuf,
    /// What the issuer's tokens must be (TOML, as an `[[issuer]]` of the gateway)
    #[arg(long, value_name = "FILE")]
    pub issuer: Option<PathBuf>,
    /// The issuer's keys (JWKS)
    #[arg(long, value_name = "FILE", requires = "issuer")]
    pub keys: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub writing: Writing,
}

/// A length of time in seconds.
fn period(text: &str) -> Result<u64, String> {
    text.parse::<access::limit::Period>().map(|period| period.0.as_secs()).map_err(|error| error.to_string())
}
