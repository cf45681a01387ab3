//! Which attacks there are: for each input of each trigger, the families that its sinks name, then all others.
use crate::payload::{self, Shows, Template};
use crate::pointer;
use crate::token;
use crate::{Evasion, Family, Growth, Place, Proof, Shot};
use model::{App, NodeId};
use serde_json::Value;
use std::borrow::Cow;
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
    /// What the shot becomes when it is sent.
    pub growth: Option<Growth>,
    /// For [`Proof::Differs`]: two that find nothing, and one that is plain text.
    pub twins: Vec<Shot>,
    pub proofs: Vec<Proof>,
    /// The code hands this input to such a sink.
    pub expected: bool,
}

impl Attack {
    /// What is sent.
    pub(crate) fn sent(&self) -> Cow<'_, Shot> {
        match self.growth {
            Some(growth) => Cow::Owned(growth.grown(&self.shot)),
            None => Cow::Borrowed(&self.shot),
        }
    }
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
            wanted.extend(asked.attacks(families, limits).into_iter().enumerate());
        }
        if families.contains(&Family::Token) {
            wanted.extend(tokens(seed, number).into_iter().enumerate());
        }
        if families.contains(&Family::Size) {
            wanted.extend(sizes(seed, number).into_iter().enumerate());
        }
    }
    // The first of every place before the second of any: what is left out is the rarest form, and no place.
    wanted.sort_by_key(|(rank, one)| (!one.expected, *rank));
    let left_out = wanted.len().saturating_sub(limits.attacks_max);
    wanted.truncate(limits.attacks_max);
    let attacks = wanted
        .into_iter()
        .enumerate()
        .filter_map(|(number, (_, one))| fill(one, seeds, u32::try_from(number).ok()?, canary))
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
    Growth(Growth),
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
        (Shot::Invoke { event, .. }, _) => Some(Place::Event(pointer::of_path(event, &path))),
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
            let is_named = self.named.contains(&template.family);
            if template.family.needs_sink() && !is_named {
                continue;
            }
            let all = works.enumerate().map(|(at, evasion)| (at, self.one(template, *evasion, is_named)));
            if is_named { asked.extend(all) } else { others.extend(all) }
        }
        // Every payload plain before the first evasion.
        asked.sort_by_key(|(at, _)| *at);
        others.sort_by_key(|(at, _)| *at);
        let others = others.into_iter().take(limits.per_place_max);
        asked.into_iter().chain(others).map(|(_, one)| one).collect()
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

/// Every way to be too much, once for each way in.
fn sizes(seed: &Seed, number: usize) -> Vec<Wanted> {
    let place = match seed.shot {
        Shot::Http { .. } => Place::Body,
        Shot::Invoke { .. } => Place::Event(String::new()),
    };
    let fitting = Growth::ALL.iter().filter(|growth| growth.fits(&seed.shot));
    let wanted = |growth: &Growth| Wanted {
        seed: number,
        place: place.clone(),
        what: What::Growth(*growth),
        evasion: Evasion::Plain,
        expected: false,
    };
    fitting.map(wanted).collect()
}

/// What fills the placeholders of one attack.
struct Filling<'a> {
    token: &'a str,
    host: &'a str,
    file: PathBuf,
    factors: (u64, u64),
}

impl Filling<'_> {
    fn text(&self, template: &str) -> String {
        let (first, second) = self.token.split_at_checked(self.token.len() / 2).unwrap_or((self.token, ""));
        let other: String = self.token.chars().rev().collect();
        template
            .replace("{url}", &format!("http://{}/{}", self.host, self.token))
            .replace("{host}", self.host)
            .replace("{file}", &self.file.display().to_string())
            .replace("{token}", self.token)
            .replace("{other}", &other)
            .replace("{first}", first)
            .replace("{second}", second)
            .replace("{a}", &self.factors.0.to_string())
            .replace("{b}", &self.factors.1.to_string())
    }
}

fn fill(one: Wanted, seeds: &[Seed], number: u32, canary: &Canary<'_>) -> Option<Attack> {
    let seed = seeds.get(one.seed)?;
    let token = format!("b{:08x}{number:06x}", canary.run);
    let filling = Filling {
        token: &token,
        host: canary.host,
        file: canary.folder.join(&token),
        factors: payload::factors(number),
    };
    let mut attack = Attack {
        id: String::new(),
        function: seed.function.clone(),
        trigger: seed.trigger.clone(),
        seed: one.seed,
        place: one.place.clone(),
        family: Family::Size,
        payload: "",
        evasion: one.evasion,
        token: token.clone(),
        shot: seed.shot.clone(),
        growth: None,
        twins: Vec::new(),
        proofs: Vec::new(),
        expected: one.expected,
    };
    match &one.what {
        What::Growth(growth) => {
            (attack.payload, attack.growth) = (growth.name(), Some(*growth));
            attack.proofs.push(Proof::Exhausted);
        }
        What::Token(forged) => {
            (attack.family, attack.payload) = (Family::Token, forged.name);
            let value = Value::String(forged.token.clone());
            attack.shot = seed.shot.with(&one.place, &value, one.evasion)?;
            attack.proofs.push(Proof::Accepted);
        }
        What::Template(template) => {
            (attack.family, attack.payload) = (template.family, template.name);
            let text = filling.text(template.text);
            let value =
                if template.json { serde_json::from_str(&text).ok()? } else { Value::String(text.clone()) };
            attack.shot = seed.shot.with(&one.place, &value, one.evasion)?;
            let twin =
                |text: &&str| seed.shot.with(&one.place, &Value::String(filling.text(text)), one.evasion);
            attack.twins = template.twins.iter().map(twin).collect::<Option<_>>()?;
            attack.proofs.extend(template.proofs.iter().map(|shows| proof(*shows, &text, &filling)));
        }
    }
    let (family, evasion) = (attack.family.name(), one.evasion.name());
    attack.id = format!("{family}/{}/{evasion}#{number}", attack.payload);
    Some(attack)
}

fn proof(shows: Shows, text: &str, filling: &Filling<'_>) -> Proof {
    match shows {
        Shows::Callback => Proof::Callback,
        Shows::File => Proof::File(filling.file.clone()),
        Shows::Delay => Proof::Delay(payload::DELAY),
        Shows::Product => Proof::Answer((filling.factors.0 * filling.factors.1).to_string()),
        Shows::Reflected => Proof::Reflected(text.to_owned()),
        Shows::Header => Proof::Header(format!("X-{}", filling.token)),
        Shows::Trace => Proof::Trace,
        Shows::Secret => Proof::Secret,
        Shows::Passwd => Proof::Answer(payload::PASSWD_LINE.to_owned()),
        Shows::Differs => Proof::Differs,
        Shows::LogLine => Proof::LogLine,
        Shows::Joined => Proof::Answer(filling.token.to_owned()),
    }
}
