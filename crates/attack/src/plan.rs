//! Which attacks there are: for each input of each trigger, the families that its sinks name, then all others.
use crate::payload::{self, Shows, Template};
use crate::token;
use crate::{Evasion, Family, Place, Proof, Shot};
use model::{App, NodeId};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How much is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Attacks in all.
    pub attacks_max: usize,
    /// Attacks on one place beside those that a flow of the code asks for.
    pub per_place_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { attacks_max: 3000, per_place_max: 40 }
    }
}

/// An honest request or event to begin with.
#[derive(Clone, Debug, PartialEq)]
pub struct Seed {
    /// The function's name in the graph.
    pub function: String,
    /// The trigger's name in the graph; `invoke` where the function is called directly.
    pub trigger: String,
    pub shot: Shot,
}

/// One attack.
#[derive(Clone, Debug, PartialEq)]
pub struct Attack {
    /// `command/semicolon/unicode` and a number.
    pub id: String,
    pub function: String,
    pub trigger: String,
    /// Index of the seed that it was made from.
    pub seed: usize,
    pub place: Place,
    pub family: Family,
    pub payload: &'static str,
    pub evasion: Evasion,
    /// In every payload: what comes back with it belongs to this attack.
    pub token: String,
    pub shot: Shot,
    pub proofs: Vec<Proof>,
    /// The code hands this input to such a sink.
    pub expected: bool,
}

/// All attacks, and what was left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub attacks: Vec<Attack>,
    /// Attacks beyond [`Limits`].
    pub left_out: usize,
}

/// What fills the placeholders of payloads.
#[derive(Clone, Debug)]
pub struct Canary<'a> {
    /// `127.0.0.1:PORT`.
    pub host: &'a str,
    /// Where files that must not come to be would stand.
    pub folder: &'a Path,
    /// Part of every token of this run.
    pub run: u32,
}

/// Makes the attacks for an application, from honest requests and events.
///
/// Those that a flow of the code asks for stand first, so that a limit leaves them in.
#[must_use]
pub fn plan(
    app: &App,
    seeds: &[Seed],
    families: &BTreeSet<Family>,
    canary: &Canary<'_>,
    limits: &Limits,
) -> Plan {
    let mut wanted = Vec::new();
    for (number, seed) in seeds.iter().enumerate() {
        let function =
            app.functions().find(|function| function.name == seed.function).map(|function| function.id);
        let flows = function.map(|id| flows(app, id, &seed.shot)).unwrap_or_default();
        let mut places = seed.shot.places();
        for (place, _) in &flows {
            if !places.contains(place) {
                places.push(place.clone());
            }
        }
        for place in places {
            let named: BTreeSet<Family> = flows
                .iter()
                .filter(|(known, _)| *known == place)
                .flat_map(|(_, families)| families.iter())
                .copied()
                .collect();
            let asked = AtPlace { seed, number, place: &place, named: &named };
            wanted.extend(asked.attacks(families, limits));
        }
        if families.contains(&Family::Token) {
            wanted.extend(tokens(seed, number));
        }
    }
    wanted.sort_by_key(|one| !one.expected);
    let left_out = wanted.len().saturating_sub(limits.attacks_max);
    wanted.truncate(limits.attacks_max);
    let attacks = wanted
        .into_iter()
        .enumerate()
        .filter_map(|(number, one)| fill(one, seeds, u32::try_from(number).ok()?, canary))
        .collect();
    Plan { attacks, left_out }
}

/// An attack without its token.
struct Wanted {
    seed: usize,
    place: Place,
    what: What,
    evasion: Evasion,
    expected: bool,
}

enum What {
    Template(&'static Template),
    Token(token::Forged),
}

/// Inputs that the code hands to sinks, as places of a request, each with the families that fit.
fn flows(app: &App, function: NodeId, shot: &Shot) -> Vec<(Place, &'static [Family])> {
    let code = app.code.iter().filter(|code| code.function == function);
    code.flat_map(|code| &code.flows)
        .filter_map(|flow| Some((place_of(&flow.source, shot)?, Family::of_sink(flow.sink.kind))))
        .collect()
}

/// `event.body.name` as a place of a request, `event.Records.s3` of an event.
fn place_of(source: &str, shot: &Shot) -> Option<Place> {
    let path: Vec<&str> =
        source.split(['.', '[', ']', '"', '\'']).filter(|part| !part.is_empty()).skip(1).collect();
    let rest = |from: usize| {
        path.get(from..).map(|parts| parts.iter().map(|part| format!("/{part}")).collect::<String>())
    };
    match (shot, *path.first()?) {
        (Shot::Invoke { .. }, _) => {
            let pointer: String = path
                .iter()
                .map(|part| if *part == "*" { "/0".to_owned() } else { format!("/{part}") })
                .collect();
            Some(Place::Event(pointer))
        }
        (_, "queryStringParameters" | "multiValueQueryStringParameters") => {
            Some(Place::Query((*path.get(1)?).to_owned()))
        }
        (_, "headers" | "multiValueHeaders") => Some(Place::Header((*path.get(1)?).to_owned())),
        (_, "cookies") => Some(Place::Header("Cookie".to_owned())),
        (Shot::Http { path, .. }, "pathParameters") => {
            path.split('/').skip(1).count().checked_sub(1).map(Place::Segment)
        }
        (_, "body") if path.len() > 1 => Some(Place::Field(rest(1)?)),
        (_, "body") => Some(Place::Body),
        _ => None,
    }
}

/// A place of a seed, and the families that the code asks for there.
struct AtPlace<'a> {
    seed: &'a Seed,
    number: usize,
    place: &'a Place,
    named: &'a BTreeSet<Family>,
}

impl AtPlace<'_> {
    fn one(&self, template: &'static Template, evasion: Evasion, expected: bool) -> Wanted {
        let (seed, place) = (self.number, self.place.clone());
        Wanted { seed, place, what: What::Template(template), evasion, expected }
    }

    /// Whether a value can be written that way here.
    fn works(&self, template: &Template, evasion: Evasion) -> bool {
        let value = if template.json { Value::Null } else { Value::String(String::new()) };
        self.seed.shot.with(self.place, &value, evasion).is_some()
    }

    fn attacks(&self, families: &BTreeSet<Family>, limits: &Limits) -> Vec<Wanted> {
        let mut asked = Vec::new();
        let mut others = Vec::new();
        for template in payload::ALL.iter().filter(|template| families.contains(&template.family)) {
            let works = Evasion::of(template.family).iter().filter(|evasion| self.works(template, **evasion));
            if self.named.contains(&template.family) {
                asked.extend(works.map(|evasion| self.one(template, *evasion, true)));
            } else {
                others
                    .extend(works.enumerate().map(|(at, evasion)| (at, self.one(template, *evasion, false))));
            }
        }
        // Every payload plain before the first evasion.
        others.sort_by_key(|(at, _)| *at);
        asked.extend(others.into_iter().map(|(_, one)| one).take(limits.per_place_max));
        asked
    }
}

/// Forged tokens in the place of an honest one.
fn tokens(seed: &Seed, number: usize) -> Vec<Wanted> {
    let Shot::Http { headers, .. } = &seed.shot else { return Vec::new() };
    let Some((name, value)) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))
    else {
        return Vec::new();
    };
    let honest = value.trim_start_matches("Bearer ").trim();
    let prefix = if value.starts_with("Bearer ") { "Bearer " } else { "" };
    token::forged(
        Some(honest).filter(|token| token.split('.').count() == 3),
        "00000000-0000-4000-8000-000000000000",
    )
    .into_iter()
    .map(|forged| Wanted {
        seed: number,
        place: Place::Header(name.clone()),
        what: What::Token(token::Forged { name: forged.name, token: format!("{prefix}{}", forged.token) }),
        evasion: Evasion::Plain,
        expected: true,
    })
    .collect()
}

fn fill(one: Wanted, seeds: &[Seed], number: u32, canary: &Canary<'_>) -> Option<Attack> {
    let seed = seeds.get(one.seed)?;
    let token = format!("b{:08x}{number:06x}", canary.run);
    let (family, name, value, proofs) = match &one.what {
        What::Token(forged) => {
            (Family::Token, forged.name, Value::String(forged.token.clone()), vec![Proof::Accepted])
        }
        What::Template(template) => {
            let file = canary.folder.join(&token);
            let (a, b) = payload::factors(number);
            let text = template
                .text
                .replace("{url}", &format!("http://{}/{token}", canary.host))
                .replace("{host}", canary.host)
                .replace("{file}", &file.display().to_string())
                .replace("{token}", &token)
                .replace("{a}", &a.to_string())
                .replace("{b}", &b.to_string());
            let value =
                if template.json { serde_json::from_str(&text).ok()? } else { Value::String(text.clone()) };
            let proofs =
                template.proofs.iter().map(|shows| proof(*shows, &text, &token, &file, a * b)).collect();
            (template.family, template.name, value, proofs)
        }
    };
    let shot = seed.shot.with(&one.place, &value, one.evasion)?;
    Some(Attack {
        id: format!("{}/{name}/{}#{number}", family.name(), one.evasion.name()),
        function: seed.function.clone(),
        trigger: seed.trigger.clone(),
        seed: one.seed,
        place: one.place,
        family,
        payload: name,
        evasion: one.evasion,
        token,
        shot,
        proofs,
        expected: one.expected,
    })
}

fn proof(shows: Shows, text: &str, token: &str, file: &Path, product: u64) -> Proof {
    match shows {
        Shows::Callback => Proof::Callback,
        Shows::File => Proof::File(PathBuf::from(file)),
        Shows::Delay => Proof::Delay(payload::DELAY),
        Shows::Product => Proof::Answer(product.to_string()),
        Shows::Reflected => Proof::Reflected(text.to_owned()),
        Shows::Header => Proof::Header(format!("X-{token}")),
        Shows::Trace => Proof::Trace,
        Shows::Passwd => Proof::Answer(payload::PASSWD_LINE.to_owned()),
    }
}
