//! How the sets of policies decide together.
use model::{Effect, Tri};

use super::principal::Kind;
use super::sets::{OnResource, Outcome, on_resource, plain};
use super::{Because, Caller, Decision, Inputs, Request, Source, Verdict};

pub(super) fn decide(request: &Request, inputs: &Inputs<'_>) -> Decision {
    if asks_who_it_is(request) {
        return Decision { verdict: Verdict::Allowed, because: Vec::new(), missing: Vec::new() };
    }
    let said = Said::read(request, inputs);
    let denied = said.denied();
    let (granted, mut missing) = said.granted(request, inputs);
    let (guarded, blockers) = said.guarded();
    missing.extend(blockers);
    let reserved = belongs_to_aws(request);
    let allowed = granted & guarded & !reserved;
    let verdict = match (denied, allowed) {
        (Tri::True, _) => Verdict::ExplicitlyDenied,
        (_, Tri::False) => Verdict::ImplicitlyDenied,
        (Tri::False, Tri::True) => Verdict::Allowed,
        _ => Verdict::Unknown,
    };
    let because = said.because(verdict);
    if verdict == Verdict::Allowed {
        missing.clear();
    }
    Decision { verdict, because, missing }
}

/// What every set says.
struct Said {
    identity: Outcome,
    resource: OnResource,
    boundaries: Vec<Outcome>,
    session: Option<Outcome>,
    service_control: Vec<Outcome>,
    resource_control: Vec<Outcome>,
    endpoint: Option<Outcome>,
}

impl Said {
    fn read(request: &Request, inputs: &Inputs<'_>) -> Self {
        let some = |policies: &[model::Policy], source| {
            (!policies.is_empty()).then(|| plain(request, policies, source))
        };
        let levels = |levels: &[Vec<model::Policy>], source: fn(usize) -> Source| {
            levels
                .iter()
                .enumerate()
                .map(|(level, policies)| plain(request, policies, source(level)))
                .collect()
        };
        // Nobody and services have no policies of their own, and organisations limit neither.
        let has_own = matches!(request.caller, Caller::Identity(_));
        fn none_if(without: bool, policies: &[model::Policy]) -> &[model::Policy] {
            if without { &[] } else { policies }
        }
        let boundary = |policy| plain(request, std::slice::from_ref(policy), Source::Boundary);
        Self {
            identity: plain(request, none_if(!has_own, inputs.identity), Source::Identity),
            resource: on_resource(request, inputs.resource, !inputs.boundaries.is_empty()),
            boundaries: none_if(!has_own, inputs.boundaries).iter().map(boundary).collect(),
            session: some(none_if(!has_own, inputs.session), Source::Session),
            service_control: if has_own {
                levels(inputs.service_control, Source::ServiceControl)
            } else {
                Vec::new()
            },
            resource_control: levels(inputs.resource_control, Source::ResourceControl),
            endpoint: some(inputs.endpoint, Source::Endpoint),
        }
    }

    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        std::iter::once(&self.identity)
            .chain(&self.boundaries)
            .chain(&self.session)
            .chain(&self.service_control)
            .chain(&self.resource_control)
            .chain(&self.endpoint)
    }

    /// One deny anywhere is enough.
    fn denied(&self) -> Tri {
        self.resource.deny | Tri::any(self.outcomes().map(|outcome| outcome.deny))
    }

    /// What only limits must allow, too.
    fn guarded(&self) -> (Tri, Vec<Source>) {
        let mut guarded = Tri::True;
        let mut missing = Vec::new();
        let levels = self.service_control.iter().enumerate();
        let levels = levels.map(|(level, outcome)| (Source::ServiceControl(level), outcome));
        for (source, outcome) in levels.chain(self.endpoint.iter().map(|outcome| (Source::Endpoint, outcome)))
        {
            guarded = guarded & outcome.allow;
            if !outcome.allow.is_true() {
                missing.push(source);
            }
        }
        (guarded, missing)
    }

    /// Whether the policies of the caller and of the resource give it.
    fn granted(&self, request: &Request, inputs: &Inputs<'_>) -> (Tri, Vec<Source>) {
        let direct = self.resource.allow.direct;
        if !matches!(request.caller, Caller::Identity(_)) {
            let missing = if direct.is_true() { Vec::new() } else { vec![Source::Resource] };
            return (direct, missing);
        }
        let bounded = Tri::all(self.boundaries.iter().map(|boundary| boundary.allow));
        let in_session = self.session.as_ref().map_or(Tri::True, |session| session.allow);
        let own = self.own_grant(request);
        let reach = self.resource.allow;
        let trusted = trusts_own_account(request, inputs) | reach.account;
        // The resource's policy alone is enough within an account: wholly when it names the session or the user itself,
        // within boundary and session policies when it names what is behind.
        let by_resource =
            (direct & bounded & in_session) | (reach.past_boundary & in_session) | reach.past_session;
        let here = by_resource | (trusted & own & bounded & in_session);
        let across = (direct | reach.account) & own & bounded & in_session;
        let same = same_account(request);
        let granted = if here == across { here } else { (same & here) | (!same & across) };
        (granted, self.missing(request, granted))
    }

    /// The root of an account may everything that no organisation or resource denies.
    fn own_grant(&self, request: &Request) -> Tri {
        if Kind::of(&request.caller) == Kind::Root { Tri::True } else { self.identity.allow }
    }

    fn missing(&self, request: &Request, granted: Tri) -> Vec<Source> {
        let mut missing = Vec::new();
        if granted.is_true() {
            return missing;
        }
        let mut lacks = |source: Source, allow: Tri| {
            if !allow.is_true() && !missing.contains(&source) {
                missing.push(source);
            }
        };
        lacks(Source::Identity, self.own_grant(request));
        if !same_account(request).is_true() {
            lacks(Source::Resource, self.resource.allow.any());
        }
        self.boundaries.iter().for_each(|boundary| lacks(Source::Boundary, boundary.allow));
        if let Some(session) = &self.session {
            lacks(Source::Session, session.allow);
        }
        if missing.is_empty() {
            missing.push(Source::Resource);
        }
        missing
    }

    fn because(&self, verdict: Verdict) -> Vec<Because> {
        let all = self.outcomes().flat_map(|outcome| &outcome.because).chain(&self.resource.because);
        let keep = |because: &&Because| match verdict {
            Verdict::ExplicitlyDenied => because.effect == Effect::Deny && because.certain,
            Verdict::Allowed => because.effect == Effect::Allow && because.certain,
            Verdict::ImplicitlyDenied => false,
            Verdict::Unknown => true,
        };
        let mut because: Vec<Because> = all.filter(keep).copied().collect();
        because.sort_by_key(|because| (because.source, because.policy, because.statement));
        because
    }
}

fn same_account(request: &Request) -> Tri {
    request.caller.account().map_or(Tri::Unknown, |account| account.within(&request.account))
}

fn service(request: &Request) -> String {
    request.action.split(':').next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether policies of the caller are enough within its account. Keys and roles decide that themselves: only when their
/// policy names the account.
fn trusts_own_account(request: &Request, inputs: &Inputs<'_>) -> Tri {
    let resource = request.resource.to_string();
    match service(request).as_str() {
        "kms" if request.resource == Request::everything() => Tri::True,
        "kms" => match super::arn::part(&request.resource, 5) {
            Some(part) if part.to_string().to_ascii_lowercase().starts_with("key/") => Tri::False,
            // Aliases have no policy.
            Some(part) if !part.is_open() => Tri::True,
            _ if resource.contains(":alias/") => Tri::True,
            _ => Tri::False,
        },
        "sts" => inputs.resource.is_empty().into(),
        _ => Tri::True,
    }
}

/// Needs no permission, and no policy can forbid it.
fn asks_who_it_is(request: &Request) -> bool {
    request.action.eq_ignore_ascii_case("sts:GetCallerIdentity") && request.caller != Caller::Anonymous
}

const OWN_POLICIES: &[&str] = &[
    "createpolicy",
    "createpolicyversion",
    "deletepolicy",
    "deletepolicyversion",
    "setdefaultpolicyversion",
    "tagpolicy",
    "untagpolicy",
];

/// Policies, roles and aliases that AWS keeps: nobody else changes them.
fn belongs_to_aws(request: &Request) -> Tri {
    let action = request.action.to_ascii_lowercase();
    let resource = request.resource.to_string().to_ascii_lowercase();
    let (service, name) = action.split_once(':').unwrap_or(("", ""));
    let changes_role = name.ends_with("role")
        || name.ends_with("rolepolicy")
        || name.ends_with("rolepermissionsboundary")
        || name.ends_with("roledescription")
        || name == "updateassumerolepolicy";
    let reads = name.starts_with("get") || name.starts_with("list") || name.starts_with("generate");
    match service {
        "iam" if OWN_POLICIES.contains(&name) => resource.contains(":iam::aws:policy/").into(),
        "iam" if changes_role && !reads => resource.contains(":role/aws-reserved/").into(),
        "kms" if name.ends_with("alias") => resource.contains(":alias/aws/").into(),
        _ => Tri::False,
    }
}
