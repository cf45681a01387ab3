//! Exit codes: a promise to scripts.
use std::process::ExitCode;

/// How a command ends. The numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was read, and nothing reaches the threshold.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// The arguments, the configuration or a path are wrong; nothing was judged.
    Usage = 2,
    /// No finding reaches the threshold, but no application was found or part of one could not be read.
    Incomplete = 3,
}

impl Exit {
    /// Every code with its meaning, for `--help` and the documentation.
    pub(crate) const TABLE: &'static str = "Exit codes:
  0  everything was read, and no finding reaches --fail-on
  1  findings at or above --fail-on
  2  wrong arguments, configuration or path; nothing was judged
  3  no finding reaches --fail-on, but no application was found or part of one could not be read";

    /// The same for `buckler fix`.
    pub(crate) const FIX_TABLE: &'static str = "Exit codes:
  0  nothing is left to fix: every fix was written, or you said no
  1  fixes are shown that were not written
  2  wrong arguments, configuration or path; nothing was changed
  3  some findings have a fix that cannot be made here; the reasons are shown";

    /// The same codes of `buckler waf`.
    pub(crate) const WAF: &'static str = "Exit codes:
  0  no request is stopped, every test passes, the rules can be used
  1  a request is stopped, a test fails, or the rules cannot be used (check)
  2  wrong arguments, rules or files; nothing was judged
  3  no test was found";

    /// The same codes of `buckler access`.
    pub(crate) const ACCESS: &'static str = "Exit codes:
  0  the request is allowed, the token accepted, the policies can be used; a key was made or listed
  1  the request is denied, the token refused, or the policies have problems
  2  wrong arguments, configuration or files; nothing was judged
  3  the token was only decoded: without --issuer and --keys, nothing was verified";

    /// The same codes of `buckler attack`.
    pub(crate) const ATTACK: &'static str = "Exit codes:
  0  the attacks were carried out; with --expect blocked, every one was stopped or without effect
  1  with --expect blocked: an attack got through
  2  wrong arguments, configuration or path; nothing was attacked
  3  there was nothing to attack; with --expect blocked, something could not be tried";

    /// The same codes of `buckler policy`.
    pub(crate) const POLICY: &'static str = "Exit codes:
  0  the bundle was built, shown or is valid; with diff, nothing is wider
  1  with diff: something is wider; with verify: the bundle is refused
  2  wrong arguments, configuration, keys or files; nothing was written
  3  no function was found, or nothing was learned";

    /// The same codes of `buckler privileges`.
    pub(crate) const PRIVILEGES: &'static str = "Exit codes:
  0  everything was read; with --check, no change widens a permission
  1  with --check: a change widens a permission that nobody approved
  2  wrong arguments, configuration or path; nothing was judged
  3  no function was found, or part of an application could not be read";
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
