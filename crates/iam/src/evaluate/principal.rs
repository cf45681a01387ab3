//! Who a statement of a resource's policy is about.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal", "Resource-based policies" under "Permissions
//! boundaries".
use model::{Principal, Statement, Tri};

use super::{Caller, arn};
use crate::Pattern;

/// How a statement reaches a caller. Several can hold at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    /// The caller, everyone, or the role or user behind its session.
    pub(super) direct: Tri,
    /// Everyone, or exactly the caller's own ARN, in a way that a boundary does not limit.
    pub(super) past_boundary: Tri,
    /// The ARN of the session itself: added to the session after it was made.
    pub(super) past_session: Tri,
    /// Only the caller's account: its own policies decide further.
    pub(super) account: Tri,
}

impl Reach {
    const NONE: Self = Self::just(Tri::False, Tri::False);

    const fn just(direct: Tri, account: Tri) -> Self {
        Self { direct, past_boundary: Tri::False, past_session: Tri::False, account }
    }

    pub(super) fn any(self) -> Tri {
        self.direct | self.account
    }

    fn or(self, other: Self) -> Self {
        Self {
            direct: self.direct | other.direct,
            past_boundary: self.past_boundary | other.past_boundary,
            past_session: self.past_session | other.past_session,
            account: self.account | other.account,
        }
    }
}

/// A statement without any principal reaches nobody.
pub(super) fn reach(caller: &Caller, statement: &Statement) -> Reach {
    let all = |list: &[Principal]| {
        list.iter().fold(Reach::NONE, |reach, principal| reach.or(one(caller, principal)))
    };
    if !statement.not_principals.is_empty() {
        let direct = !all(&statement.not_principals).any();
        let not_role = !matches!(Kind::of(caller), Kind::Role);
        return Reach { past_boundary: direct & not_role.into(), ..Reach::just(direct, Tri::False) };
    }
    all(&statement.principals)
}

fn one(caller: &Caller, principal: &Principal) -> Reach {
    let value = Pattern::of(&principal.value);
    let aws = principal.kind == "AWS" || principal.kind == "*";
    if aws && value.is_everything() {
        return Reach { past_boundary: Tri::True, ..Reach::just(Tri::True, Tri::False) };
    }
    match (caller, principal.kind.as_str()) {
        (Caller::Service(name), "Service") | (Caller::Federated(name), "Federated") => {
            Reach::just(value.matches_plain(name) & exact(&value), Tri::False)
        }
        (Caller::Identity(arn), "AWS") => identity(caller, arn, &value),
        (Caller::Identity(arn), "CanonicalUser" | "Federated") => Reach::just(same(arn, &value), Tri::False),
        _ => Reach::NONE,
    }
}

/// A wildcard in a principal stands for nothing.
fn exact(value: &Pattern) -> Tri {
    (!value.has_wildcard()).into()
}

fn same(left: &Pattern, right: &Pattern) -> Tri {
    left.within(right) & exact(left) & exact(right)
}

fn identity(caller: &Caller, arn: &Pattern, value: &Pattern) -> Reach {
    let account = account(caller, value);
    if !account.is_false() {
        // A symbol may be an account or an identity.
        let direct = if value.is_open() && account.is_unknown() { same(arn, value) } else { Tri::False };
        return Reach::just(direct, account);
    }
    let own = same(arn, value);
    let behind = behind_session(arn, value);
    let session = matches!(Kind::of(caller), Kind::Session | Kind::FederatedUser);
    let not_role = !matches!(Kind::of(caller), Kind::Role);
    Reach {
        direct: own | behind,
        past_boundary: own & not_role.into(),
        past_session: own & session.into(),
        account: Tri::False,
    }
}

/// `123456789012` or the ARN of its root.
fn account(caller: &Caller, value: &Pattern) -> Tri {
    let own = caller.account();
    let compare = |other: &Pattern| own.as_ref().map_or(Tri::False, |own| same(own, other));
    if let Some(text) = value.as_literal()
        && text.len() == 12
        && text.bytes().all(|byte| byte.is_ascii_digit())
    {
        return compare(value);
    }
    match arn::parts(value).as_deref() {
        Some([_, _, service, _, account, resource]) => {
            let is_root = resource.as_literal() == Some("root") && service.as_literal() == Some("iam");
            if is_root { compare(account) } else { Tri::False }
        }
        // `${AWS::AccountId}` alone, or an ARN as a symbol.
        _ if value.is_open() => {
            if own.as_ref() == Some(value) {
                Tri::True
            } else if same_symbol(caller, value) {
                Tri::False
            } else {
                Tri::Unknown
            }
        }
        _ => Tri::False,
    }
}

fn same_symbol(caller: &Caller, value: &Pattern) -> bool {
    matches!(caller, Caller::Identity(arn) if arn == value)
}

/// What an ARN of an identity names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Role,
    Session,
    User,
    FederatedUser,
    Root,
    /// No identity, or one that cannot be told.
    Other,
}

impl Kind {
    pub(super) fn of(caller: &Caller) -> Self {
        let Caller::Identity(arn) = caller else { return Self::Other };
        let Some(parts) = arn::parts(arn) else { return Self::Role };
        let [_, _, service, _, _, resource] = parts.as_slice() else { return Self::Other };
        let begins = |start: &str| resource.to_string().starts_with(start);
        match service.as_literal() {
            Some("iam") if begins("role/") => Self::Role,
            Some("iam") if begins("user/") => Self::User,
            Some("iam") if resource.as_literal() == Some("root") => Self::Root,
            Some("sts") if begins("assumed-role/") => Self::Session,
            Some("sts") if begins("federated-user/") => Self::FederatedUser,
            _ => Self::Other,
        }
    }
}

/// Whether a role or a user is the one behind a session.
fn behind_session(session: &Pattern, value: &Pattern) -> Tri {
    let (Some(session), Some(value)) = (arn::parts(session), arn::parts(value)) else { return Tri::False };
    let (
        [_, partition, service, _, account, resource],
        [_, their_partition, their_service, _, their_account, their_resource],
    ) = (session.as_slice(), value.as_slice())
    else {
        return Tri::False;
    };
    if service.as_literal() != Some("sts") || their_service.as_literal() != Some("iam") {
        return Tri::False;
    }
    let same_place = same(partition, their_partition) & same(account, their_account);
    let (own, theirs) = (resource.to_string(), their_resource.to_string());
    let own: Vec<&str> = own.split('/').collect();
    let names = match own.as_slice() {
        // The path of the role is not part of the session's ARN; names have no case.
        ["assumed-role", role, ..] => theirs
            .strip_prefix("role/")
            .and_then(|rest| rest.rsplit('/').next())
            .is_some_and(|name| name.eq_ignore_ascii_case(role)),
        ["federated-user", name @ ..] => {
            theirs.strip_prefix("user/").is_some_and(|user| user == name.join("/"))
        }
        _ => false,
    };
    same_place & names.into()
}
