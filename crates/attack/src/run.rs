//! Sends the attacks, one after the other, and judges each.
use crate::judge::{self, Baseline};
use crate::payload::DELAY;
use crate::report::{Judged, Report};
use crate::{
    Attack, Canaries, Family, Outcome, Place, Plan, Proof, Seed, Shot, Target, Told, Verdict, Watch,
};
use serde_json::Value;
use std::time::Duration;

/// How a run goes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Shots a second at most.
    pub per_second: u32,
    /// How long after a shot canaries and guards may still tell of it.
    pub settle: Duration,
    /// How long after the last shot late callbacks are waited for: queues and streams take their time.
    pub late: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { per_second: 20, settle: Duration::from_millis(40), late: Duration::from_secs(3) }
    }
}

/// Told after each attack: how many of how many.
pub trait Progress {
    fn attacked(&mut self, done: usize, all: usize);
}

impl<F: FnMut(usize, usize)> Progress for F {
    fn attacked(&mut self, done: usize, all: usize) {
        self(done, all);
    }
}

/// Carries a plan out.
///
/// `watch` reads what guard and gateway tell; without one, an attack that a guard stopped and answered like a success counts as
/// without effect.
pub fn run(
    plan: &Plan,
    seeds: &[Seed],
    target: &mut dyn Target,
    watched: (&Canaries, Option<&mut Watch>),
    (settings, progress): (&Settings, &mut dyn Progress),
) -> Report {
    let (canaries, mut watch) = watched;
    let pause = Duration::from_secs(1) / settings.per_second.max(1);
    let mut report = Report::of(plan);
    let baselines: Vec<Option<Baseline>> = seeds
        .iter()
        .map(|seed| {
            let baseline = baseline(seed, target, &mut report);
            let told = watch.as_mut().map(|watch| watch.told()).unwrap_or_default();
            tell_refused(seed, &told, &mut report);
            baseline
        })
        .collect();
    for (number, attack) in plan.attacks.iter().enumerate() {
        let baseline = baselines.get(attack.seed).and_then(Option::as_ref);
        let verdict = match baseline {
            None => undecided("its honest request had no answer"),
            Some(baseline) => {
                std::thread::sleep(pause);
                one(attack, target, baseline, (canaries, settings, watch.as_deref_mut()))
            }
        };
        report.judged.push(Judged { attack: attack.clone(), verdict });
        progress.attacked(number + 1, plan.attacks.len());
    }
    late(&mut report, canaries, settings);
    report
}

fn undecided(because: &str) -> Verdict {
    Verdict { outcome: Outcome::Undecided, by: None, rule: None, because: because.to_owned() }
}

fn through(because: String) -> Verdict {
    Verdict { outcome: Outcome::GotThrough, by: None, rule: None, because }
}

/// The honest request, twice: the second one finds everything warm.
fn baseline(seed: &Seed, target: &mut dyn Target, report: &mut Report) -> Option<Baseline> {
    let honest = match target.send(&seed.shot).and_then(|_| target.send(&seed.shot)) {
        Ok(answer) => answer,
        Err(why) => {
            report.problems.push(format!("{} ({}): {why}", seed.function, seed.trigger));
            return None;
        }
    };
    if !honest.is_success() {
        let what = honest.function_error.clone().unwrap_or_else(|| format!("status {}", honest.status));
        report.problems.push(format!(
            "{} ({}): the honest request is not answered with success ({what}); give a better one with `--requests`",
            seed.function, seed.trigger
        ));
    }
    let nobody = without_token(&seed.shot).and_then(|shot| target.send(&shot).ok());
    Some(Baseline { honest, nobody })
}

/// An honest request that a guard refuses is a mistake of the guard, and worth more than any attack.
fn tell_refused(seed: &Seed, told: &[Told], report: &mut Report) {
    let is_token = |one: &Told| one.layer == "authentication" || one.layer == "authorization";
    if let Some(one) = told.iter().find(|one| one.blocked && !is_token(one)) {
        report.problems.push(format!(
            "{} ({}): `{}` refuses the honest request: {}",
            seed.function, seed.trigger, one.layer, one.reason
        ));
    }
}

/// The same with a token that is none.
fn without_token(shot: &Shot) -> Option<Shot> {
    let Shot::Http { headers, .. } = shot else { return None };
    let (name, _) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    let place = Place::Header(name.clone());
    shot.with(&place, &Value::String("none.none.none".to_owned()), crate::Evasion::Plain)
}

fn one(
    attack: &Attack,
    target: &mut dyn Target,
    baseline: &Baseline,
    (canaries, settings, watch): (&Canaries, &Settings, Option<&mut Watch>),
) -> Verdict {
    let answer = match target.send(&attack.shot) {
        Ok(answer) => answer,
        Err(why) => return undecided(&why.to_string()),
    };
    std::thread::sleep(settings.settle);
    let told = watch.map(|watch| watch.told()).unwrap_or_default();
    let seen = judge::proven_outside(attack, canaries)
        .or_else(|| judge::proven_by_answer(attack, &answer, baseline))
        .or_else(|| waited(attack, answer.elapsed, target, baseline));
    match seen {
        Some(because) => through(because),
        None => judge::stopped(&answer, baseline, &told),
    }
}

/// A delay is believed when it comes twice, and the honest request between has none.
fn waited(
    attack: &Attack,
    elapsed: Duration,
    target: &mut dyn Target,
    baseline: &Baseline,
) -> Option<String> {
    let is_asked = attack.proofs.iter().any(|proof| matches!(proof, Proof::Delay(_)));
    let slow = |elapsed: Duration| elapsed >= baseline.honest.elapsed + DELAY.mul_f32(0.9);
    if !is_asked || !slow(elapsed) {
        return None;
    }
    let again = target.send(&attack.shot).ok()?.elapsed;
    slow(again).then(|| {
        format!("the answer took {:.1} s longer, twice", (again - baseline.honest.elapsed).as_secs_f32())
    })
}

/// Callbacks of what works behind a queue.
fn late(report: &mut Report, canaries: &Canaries, settings: &Settings) {
    let is_open = |judged: &Judged| {
        judged.verdict.outcome != Outcome::GotThrough
            && judged.attack.proofs.iter().any(|proof| matches!(proof, Proof::Callback | Proof::File(_)))
            && judged.attack.family != Family::Token
    };
    if report.judged.iter().any(is_open) {
        std::thread::sleep(settings.late);
    }
    for judged in report.judged.iter_mut().filter(|judged| is_open(judged)) {
        if let Some(because) = judge::proven_outside(&judged.attack, canaries) {
            judged.verdict = through(format!("{because}, after the answer"));
        }
    }
}
