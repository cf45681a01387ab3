//! Arguments of `buckler gateway`.
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Reading;

#[derive(Debug, Args)]
pub(crate) struct GatewayArguments {
    #[command(subcommand)]
    pub command: GatewayCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GatewayCommand {
    /// Serve. SIGHUP reads the configuration again, SIGTERM lets running requests end and stops
    Run(ConfigArguments),
    /// Say what is wrong with a configuration, the rules and the files that it names
    Check(ConfigArguments),
    /// Write a configuration from the application's templates: its HTTP routes and functions
    Init(Box<InitGatewayArguments>),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArguments {
    /// The gateway's configuration
    #[arg(long, value_name = "FILE", default_value = "gateway.toml")]
    pub config: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct InitGatewayArguments {
    /// An OpenAPI document (3.0 or 3.1, JSON or YAML) in the place of the application: a route for each of its operations
    #[arg(long, value_name = "FILE")]
    pub openapi: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}
