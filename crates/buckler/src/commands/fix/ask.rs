//! Asks on the terminal which fixes are to be made.
use std::collections::BTreeSet;
use std::io::{BufRead as _, Write as _};

use iac::Edit;
use model::{Finding, Project};

use super::show;
use super::work::Key;
use crate::output;

/// What somebody said of a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
}

/// The state of a conversation.
#[derive(Debug)]
pub(super) struct Asking {
    /// Everything is wanted: nobody is asked.
    all: bool,
    quit: bool,
    colour: bool,
    skipped: BTreeSet<&'static str>,
    agreed: BTreeSet<Key>,
}

impl Asking {
    pub(super) fn never() -> Self {
        Self { all: true, quit: false, colour: false, skipped: BTreeSet::new(), agreed: BTreeSet::new() }
    }

    pub(super) fn on_terminal(colour: bool) -> Self {
        Self { all: false, colour, ..Self::never() }
    }

    /// Shows a fix and asks. The end of the input says no to everything.
    pub(super) fn ask(&mut self, finding: &Finding, key: &Key, project: &Project, edits: &[Edit]) -> Answer {
        if self.all || self.agreed.contains(key) {
            return Answer::Yes;
        }
        if self.quit || self.skipped.contains(key.check) {
            return Answer::No;
        }
        let diff = iac::unified(project, edits);
        let place = project.locate(finding.at);
        let title = finding.fix.as_ref().map(|fix| fix.title.as_str()).unwrap_or_default();
        let heading = show::heading((finding.severity, key.check), title, &place, self.colour);
        output::tell(&format!("{heading}  {}\n{}", finding.message, show::diff(&diff, self.colour)));
        loop {
            let Some(line) = line("Make this change? [y]es, [n]o, [a]ll, [s]kip this check, [q]uit: ") else {
                self.quit = true;
                return Answer::No;
            };
            match line.trim().to_ascii_lowercase().as_str() {
                "y" | "yes" => {
                    self.agreed.insert(key.clone());
                    return Answer::Yes;
                }
                "n" | "no" => return Answer::No,
                "a" | "all" => {
                    self.all = true;
                    return Answer::Yes;
                }
                "s" | "skip" => {
                    self.skipped.insert(key.check);
                    return Answer::No;
                }
                "q" | "quit" => {
                    self.quit = true;
                    return Answer::No;
                }
                _ => {}
            }
        }
    }
}

fn line(question: &str) -> Option<String> {
    let mut stderr = std::io::stderr().lock();
    // A terminal that is gone cannot be asked.
    stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush()).ok()?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer).ok()?;
    (read > 0).then_some(answer)
}
