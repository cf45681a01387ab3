//! `buckler advisories`: fill the local database, and say what is in it.
use model::Date;
use supply::advisory::Meta;

use super::CommandError;
use crate::advisories::{self, Opened};
use crate::args::{AdvisoriesArguments, AdvisoriesCommand};
use crate::config::{self, Loaded};
use crate::exit::Exit;
use crate::{clock, output};

pub(super) fn run(arguments: &AdvisoriesArguments) -> Result<Exit, CommandError> {
    let here = std::path::Path::new(".");
    let mut loaded = config::load(arguments.config.as_deref(), here)?;
    if let Some(database) = &arguments.database {
        loaded.config.advisories.database =
            Some(std::path::absolute(database).unwrap_or_else(|_| database.clone()));
    }
    match &arguments.command {
        AdvisoriesCommand::Update { sources } => {
            if !sources.is_empty() {
                let own =
                    |source: &String| if source.contains("://") { source.clone() } else { absolute(source) };
                loaded.config.advisories.sources = sources.iter().map(own).collect();
            }
            let (path, meta) = advisories::update(&loaded)?;
            let text =
                if arguments.json { json(&loaded, &meta) } else { text(&path.display().to_string(), &meta) };
            output::put(&arguments.writing, &text)?;
            Ok(Exit::Clean)
        }
        AdvisoriesCommand::Status => status(arguments, &loaded),
    }
}

fn absolute(path: &str) -> String {
    std::path::absolute(path).map_or_else(|_| path.to_owned(), |path| path.to_string_lossy().into_owned())
}

fn status(arguments: &AdvisoriesArguments, loaded: &Loaded) -> Result<Exit, CommandError> {
    match advisories::open(loaded) {
        Opened::Ready(database) => {
            let path = advisories::path(loaded).unwrap_or_default().display().to_string();
            let shown =
                if arguments.json { json(loaded, &database.meta) } else { text(&path, &database.meta) };
            output::put(&arguments.writing, &shown)?;
            let limit = i64::from(loaded.config.advisories.age_days_max());
            let is_old = |day: &str| age(day).is_none_or(|age| age > limit);
            let meta = &database.meta;
            let stale = is_old(&meta.made) || meta.ecosystems.values().any(|known| is_old(&known.newest));
            Ok(if stale { Exit::Incomplete } else { Exit::Clean })
        }
        Opened::Missing { path, why } => Err(CommandError::Advisories { why: format!("`{path}`: {why}") }),
        Opened::Off => {
            Err(CommandError::Advisories { why: "`enabled = false` switches them off".to_owned() })
        }
    }
}

/// Days since a day; `None` when the text is none.
fn age(day: &str) -> Option<i64> {
    day.parse::<Date>().ok().map(|day| supply::days(clock::today()) - supply::days(day))
}

fn text(path: &str, meta: &Meta) -> String {
    let mut shown = format!("{path}\nmade {}\n", meta.made);
    for source in &meta.sources {
        let date = source.date.as_ref().map(|date| format!(", last changed {date}")).unwrap_or_default();
        shown += &format!("  from {}: {} advisories{date}", source.name, source.advisories);
        for (count, what) in [
            (source.withdrawn, "withdrawn"),
            (source.unread, "that could not be read"),
            (source.git_ranges, "ranges of commits, not used"),
        ] {
            if count > 0 {
                shown += &format!(", {count} {what}");
            }
        }
        shown += "\n";
    }
    for (ecosystem, known) in &meta.ecosystems {
        let age =
            age(&known.newest).map_or_else(|| "unknown age".to_owned(), |age| format!("{age} days ago"));
        shown += &format!(
            "  {ecosystem}: {} advisories about {} packages, newest {} ({age})\n",
            known.advisories, known.packages, known.newest
        );
    }
    shown
}

fn json(loaded: &Loaded, meta: &Meta) -> String {
    let path = advisories::path(loaded).unwrap_or_default().display().to_string();
    let value = serde_json::json!({
        "database": path,
        "made": meta.made,
        "max_age_days": loaded.config.advisories.age_days_max(),
        "sources": meta.sources,
        "ecosystems": meta.ecosystems,
    });
    format!("{value:#}\n")
}
