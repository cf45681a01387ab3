//! Sends the attacks, one after the other, and judges each.
use crate::judge::{self, Baseline};
use crate::payload::DELAY;
use crate::report::{Judged, Report};
use crate::{
    Answer, Attack, Canaries, Family, Growth, Outcome, Place, Plan, Proof, Seed, Shot, Target, TargetError,
    Told, Verdict, Watch,
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
            let honest = honest(seed, target, &mut report)?;
            std::thread::sleep(settings.settle);
            let told = watch.as_mut().map(|watch| watch.told()).unwrap_or_default();
            tell_refused(seed, &told, &mut report);
            let nobody = without_token(&seed.shot).and_then(|shot| target.send(&shot).ok());
            Some(Baseline { honest, nobody })
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
    late(&mut report, (canaries, watch), settings);
    report
}

fn undecided(because: &str) -> Verdict {
    Verdict { outcome: Outcome::Undecided, by: None, rule: None, because: because.to_owned() }
}

fn through(because: String) -> Verdict {
    Verdict { outcome: Outcome::GotThrough, by: None, rule: None, because }
}

/// The honest request, twice: the second one finds everything warm.
fn honest(seed: &Seed, target: &mut dyn Target, report: &mut Report) -> Option<Answer> {
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
    Some(honest)
}

/// An honest request that a guard refuses is a mistake of the guard, and worth more than any attack.
fn tell_refused(seed: &Seed, told: &[Told], report: &mut Report) {
    let of_tokens = ["authentication", "authorization", "authenticate", "authorize"];
    let is_token = |one: &Told| of_tokens.contains(&one.layer.as_str());
    if let Some(one) = told.iter().find(|one| one.refused && !is_token(one)) {
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
    (canaries, settings, mut watch): (&Canaries, &Settings, Option<&mut Watch>),
) -> Verdict {
    let sent = target.send(&attack.sent());
    std::thread::sleep(settings.settle);
    let told = watch.as_mut().map(|watch| watch.told()).unwrap_or_default();
    if let Some(growth) = attack.growth {
        return exhausted((attack, growth), sent, target, (baseline, &told));
    }
    let answer = match sent {
        Ok(answer) => answer,
        Err(why) => return undecided(&why.to_string()),
    };
    let seen = judge::proven_outside(attack, canaries, watch.as_deref())
        .or_else(|| judge::proven_by_answer(attack, &answer, baseline))
        .or_else(|| waited(attack, answer.elapsed, target, baseline))
        .or_else(|| differs(attack, &answer, target));
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

/// The layer that says that a function's time was over: then its time was used up.
const DEADLINE: &str = "deadline";

/// Whether size alone broke the application.
fn exhausted(
    (attack, growth): (&Attack, Growth),
    sent: Result<Answer, TargetError>,
    target: &mut dyn Target,
    (baseline, told): (&Baseline, &[Told]),
) -> Verdict {
    let refused = told.iter().any(|one| one.refused && one.layer != DEADLINE);
    let broken = match sent {
        Ok(answer) if refused => return judge::stopped(&answer, baseline, told),
        Ok(answer) => match judge::broke(&answer) {
            Some(broken) => broken,
            None => return judge::stopped(&answer, baseline, told),
        },
        // A server that has read enough answers and closes, while the client still writes.
        Err(_) if refused => return judge::stopped(&Answer::default(), baseline, told),
        Err(why) => why.to_string(),
    };
    match target.send(&growth.small(&attack.shot)) {
        Err(_) => through(format!("{broken}, and nothing is answered any more")),
        Ok(small) => match judge::broke(&small) {
            None => through(format!("{broken}; the same in small is answered with {}", small.status)),
            Some(_) => Verdict {
                outcome: Outcome::NoEffect,
                by: None,
                rule: None,
                because: format!("{broken}, as for the same in small: not for its size"),
            },
        },
    }
}

/// A query that finds everything has another answer than one that finds nothing, each twice, and than plain text.
fn differs(attack: &Attack, answer: &Answer, target: &mut dyn Target) -> Option<String> {
    let [nothing, again, plain] = attack.twins.as_slice() else { return None };
    if !answer.is_success() {
        return None;
    }
    let mut ask = |shot: &Shot| target.send(shot).ok().map(|answer| judge::said(&answer, shot, attack));
    let everything = judge::said(answer, &attack.shot, attack);
    let none = ask(nothing)?;
    if none == everything
        || ask(again)? != none
        || ask(plain)? == everything
        || ask(&attack.shot)? != everything
    {
        return None;
    }
    Some(
        "a query that finds everything is answered in another way than one that finds nothing, twice"
            .to_owned(),
    )
}

/// Callbacks and lines of what works behind a queue.
fn late(report: &mut Report, (canaries, watch): (&Canaries, Option<&mut Watch>), settings: &Settings) {
    let is_open = |judged: &Judged| {
        judged.verdict.outcome != Outcome::GotThrough
            && judged
                .attack
                .proofs
                .iter()
                .any(|proof| matches!(proof, Proof::Callback | Proof::File(_) | Proof::LogLine))
            && judged.attack.family != Family::Token
    };
    if report.judged.iter().any(is_open) {
        std::thread::sleep(settings.late);
    }
    let watch = watch.map(|watch| {
        watch.told();
        &*watch
    });
    for judged in report.judged.iter_mut().filter(|judged| is_open(judged)) {
        if let Some(because) = judge::proven_outside(&judged.attack, canaries, watch) {
            judged.verdict = through(format!("{because}, after the answer"));
        }
    }
}
