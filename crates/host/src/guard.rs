//! The guard around functions: its policy, made and signed when the host starts.
use crate::host::StartError;
use crate::names::Names;
use crate::plan::Plan;
use crate::settings::Settings;
use crate::spawn::Guard;
use model::{App, Project};
use std::path::Path;

/// Makes the guard's files; none: functions run bare.
pub(crate) fn ready(
    _project: &Project,
    _app: &App,
    settings: &Settings,
    (_plan, _names): (&Plan, &Names),
    (work, _private): (&Path, bool),
) -> Result<Option<Guard>, StartError> {
    let Some(program) = settings.guard.clone() else { return Ok(None) };
    if !program.is_file() {
        return Err(StartError::Guard { path: program });
    }
    let folder = settings.policy.clone().unwrap_or_else(|| work.join("policy"));
    Ok(Some(Guard { program, policy: folder.join("policy.json"), key: folder.join("policy.pub") }))
}
