//! Arguments of `buckler policy`.
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Reading, Writing, pair};

#[derive(Debug, Args)]
pub(crate) struct PolicyArguments {
    #[command(subcommand)]
    pub command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Compile the policy bundle of an application from its graph, its code and `[guard]` of `buckler.toml`
    Build(Box<BuildArguments>),
    /// Print a bundle, signed or not
    Show(ShowArguments),
    /// Compare two bundles by what they allow; exits with 1 when something is wider
    Diff(DiffArguments),
    /// Propose schemas and lists from recorded events, a JSON object a line
    Learn(LearnArguments),
    /// Answer for what was learned, by name: only then it is enforced
    Lock(LockArguments),
    /// Make a key that signs bundles
    Keygen(KeygenArguments),
    /// Check signature and age of a bundle as the guard does
    Verify(VerifyArguments),
    /// Print the digest of a function's own package
    Digest(DigestArguments),
}

#[derive(Debug, Args)]
pub(crate) struct BuildArguments {
    #[command(flatten)]
    pub reading: Reading,
    /// The application, by its name, where the folder has several
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// Sign the bundle with this key (`buckler policy keygen`); without it the bundle is written as readable JSON
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// What was learned (`buckler policy learn`)
    #[arg(long, value_name = "FILE")]
    pub learned: Option<PathBuf>,
    /// Keys of an issuer (a JWKS file) to bring along; may be repeated
    #[arg(long = "jwks", value_name = "ISSUER=FILE", value_parser = pair)]
    pub keys: Vec<(String, String)>,
    /// The folder that a function is deployed from, to pin its digest; may be repeated
    #[arg(long = "package", value_name = "FUNCTION=FOLDER", value_parser = pair)]
    pub packages: Vec<(String, String)>,
    /// Tell the notes as JSON lines on the standard error
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// The bundle
    pub bundle: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The bundle that was
    pub old: PathBuf,
    /// The bundle that is to be
    pub new: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct LearnArguments {
    /// Recordings (`{"function", "event", "answer"}`) and events of the guard
    #[arg(required = true)]
    pub recordings: Vec<PathBuf>,
    /// The function that lines are of which name none
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct LockArguments {
    /// What was learned
    pub learned: PathBuf,
    /// Who looked at it
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Only these functions; may be repeated
    #[arg(long = "function", value_name = "NAME")]
    pub functions: Vec<String>,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyKind {
    Ed25519,
    EcdsaP256,
}

#[derive(Debug, Args)]
pub(crate) struct KeygenArguments {
    /// Where the private key goes, readable by its owner alone; the public key is written beside it as FILE.pub
    pub file: PathBuf,
    /// The kind of key
    #[arg(long, value_enum, default_value_t = KeyKind::Ed25519)]
    pub algorithm: KeyKind,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The signed bundle
    pub bundle: PathBuf,
    /// Public keys (PEM) of which one must have signed; may be repeated
    #[arg(long = "key", value_name = "FILE", required = true)]
    pub keys: Vec<PathBuf>,
    /// Days since it was issued, at most
    #[arg(long, value_name = "DAYS")]
    pub oldest: Option<u64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct DigestArguments {
    /// The folder that is deployed
    pub folder: PathBuf,
    #[command(flatten)]
    pub writing: Writing,
}
