//! What was tried, what stopped it, and how what got through is closed.
use crate::{Attack, Family, Outcome, Plan, Verdict};
use serde_json::{Value, json as value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// An attack with its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub attack: Attack,
    pub verdict: Verdict,
}

/// Everything about one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub judged: Vec<Judged>,
    /// What could not be tried, and honest requests that were refused.
    pub problems: Vec<String>,
    /// Attacks beyond the limits of the plan.
    pub left_out: usize,
}

/// Counts by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub stopped: usize,
    pub no_effect: usize,
    pub got_through: usize,
    pub undecided: usize,
}

impl Summary {
    fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Stopped => self.stopped += 1,
            Outcome::NoEffect => self.no_effect += 1,
            Outcome::GotThrough => self.got_through += 1,
            Outcome::Undecided => self.undecided += 1,
        }
    }
}

impl Report {
    pub(crate) fn of(plan: &Plan) -> Self {
        Self { judged: Vec::with_capacity(plan.attacks.len()), problems: Vec::new(), left_out: plan.left_out }
    }

    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for judged in &self.judged {
            summary.count(&judged.verdict.outcome);
        }
        summary
    }

    /// Every attack was tried, and none had an effect.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        let summary = self.summary();
        summary.got_through == 0 && summary.undecided == 0 && !self.judged.is_empty()
    }

    fn with(&self, outcome: &Outcome) -> impl Iterator<Item = &Judged> {
        self.judged.iter().filter(move |judged| judged.verdict.outcome == *outcome)
    }

    /// How many each layer stopped.
    fn layers(&self) -> BTreeMap<&str, usize> {
        let mut layers = BTreeMap::new();
        for judged in self.with(&Outcome::Stopped) {
            *layers.entry(judged.verdict.by.as_deref().unwrap_or("-")).or_insert(0) += 1;
        }
        layers
    }
}

/// For a terminal.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    match write_text(report, &mut out) {
        Ok(()) => out,
        // Writing to a text cannot fail.
        Err(why) => why.to_string(),
    }
}

fn write_text(report: &Report, out: &mut String) -> std::fmt::Result {
    for judged in report.with(&Outcome::GotThrough) {
        let Judged { attack, verdict } = judged;
        writeln!(
            out,
            "GOT THROUGH  {}  {} ({}), {}",
            attack.id, attack.function, attack.trigger, attack.place
        )?;
        writeln!(out, "    {}", verdict.because)?;
        writeln!(out, "    {}: {}", attack.family.weakness(), attack.family.repair())?;
        writeln!(out, "    `buckler explain {}` says more\n", attack.family.check())?;
    }
    for judged in report.with(&Outcome::Undecided) {
        writeln!(
            out,
            "undecided    {}  {}: {}",
            judged.attack.id, judged.attack.function, judged.verdict.because
        )?;
    }
    for problem in &report.problems {
        writeln!(out, "problem      {problem}")?;
    }
    let mut families: BTreeMap<Family, Summary> = BTreeMap::new();
    for judged in &report.judged {
        let summary = families.entry(judged.attack.family).or_default();
        summary.count(&judged.verdict.outcome);
    }
    writeln!(
        out,
        "{:<16} {:>8} {:>10} {:>12} {:>10}",
        "family", "stopped", "no effect", "got through", "undecided"
    )?;
    for (family, summary) in families {
        let Summary { stopped, no_effect, got_through, undecided } = summary;
        writeln!(
            out,
            "{:<16} {stopped:>8} {no_effect:>10} {got_through:>12} {undecided:>10}",
            family.name()
        )?;
    }
    let layers = report.layers();
    if !layers.is_empty() {
        let told: Vec<String> = layers.iter().map(|(layer, count)| format!("{layer} {count}")).collect();
        writeln!(out, "\nstopped by: {}", told.join(", "))?;
    }
    if report.left_out > 0 {
        writeln!(
            out,
            "{} attacks beyond the limit were not tried; `--attacks-max` raises it",
            report.left_out
        )?;
    }
    Ok(())
}

/// For programs: `{"schema_version", "summary", "stopped_by", "problems", "left_out", "attacks"}`.
#[must_use]
pub fn json(report: &Report) -> Value {
    let attacks: Vec<Value> = report
        .judged
        .iter()
        .map(|Judged { attack, verdict }| {
            value!({
                "id": attack.id,
                "function": attack.function,
                "trigger": attack.trigger,
                "place": attack.place.to_string(),
                "family": attack.family.name(),
                "weakness": attack.family.weakness(),
                "payload": attack.payload,
                "evasion": attack.evasion.name(),
                "asked_by_code": attack.expected,
                "outcome": verdict.outcome.name(),
                "by": verdict.by,
                "rule": verdict.rule,
                "because": verdict.because,
                "check": attack.family.check(),
                "repair": attack.family.repair(),
            })
        })
        .collect();
    let summary = report.summary();
    value!({
        "schema_version": 1,
        "summary": {"attacks": report.judged.len(), "stopped": summary.stopped, "no_effect": summary.no_effect,
            "got_through": summary.got_through, "undecided": summary.undecided},
        "stopped_by": report.layers(),
        "problems": report.problems,
        "left_out": report.left_out,
        "attacks": attacks,
    })
}

/// For CI: a test case an attack; what got through is a failure, what is undecided an error.
#[must_use]
pub fn junit(report: &Report) -> String {
    let summary = report.summary();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"buckler attack\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        report.judged.len(),
        summary.got_through,
        summary.undecided
    );
    for Judged { attack, verdict } in &report.judged {
        let inner = match verdict.outcome {
            Outcome::GotThrough => format!(
                "<failure message=\"{}\">{}</failure>",
                escaped(&verdict.because),
                escaped(attack.family.repair())
            ),
            Outcome::Undecided => format!("<error message=\"{}\"/>", escaped(&verdict.because)),
            Outcome::Stopped | Outcome::NoEffect => String::new(),
        };
        out.push_str(&format!(
            "<testcase classname=\"{}\" name=\"{} {}\">{inner}</testcase>\n",
            escaped(&attack.function),
            escaped(&attack.id),
            escaped(&attack.place.to_string())
        ));
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}

/// Text of XML 1.0; what it cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => {}
            letter => out.push(letter),
        }
    }
    out
}
