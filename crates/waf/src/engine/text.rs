//! Values of sources, and texts with variables in them.
use super::inputs::Inputs;
use super::names::Names;
use super::plan::{NamePattern, Origin, Pick, Rule, Source, Text, TextPart};
use super::vars::Vars;
use crate::rule::Collection;
use crate::{Field, Fields};

/// Room for a message, so that most are written without a second allocation.
const SHOWN_BYTES: usize = 192;

/// Everything that a source may read.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) vars: &'a Vars,
    pub(super) names: &'a Names,
    /// For `RULE:id`, …
    pub(super) rule: &'a Rule,
}

impl View<'_> {
    /// Calls with every value of a source and its name (empty for a scalar), in order, until `visit` says stop (`false`).
    /// A count is not a value here.
    pub(super) fn each(&self, source: &Source, visit: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        match source.from {
            Origin::Scalar(scalar) => {
                visit(b"", self.scalar(scalar));
            }
            Origin::Values(store, part) => {
                self.each_field(source, store, part, &mut |field| visit(field.name, field.value));
            }
            Origin::Names(store, part) => {
                self.each_field(source, store, part, &mut |field| visit(field.name, field.name));
            }
            Origin::Tx => self.each_tx(source, visit),
            Origin::Persistent(collection) => {
                for (name, value) in self.vars.kept(collection).iter() {
                    if self.picks(source, name) && !visit(name, value) {
                        break;
                    }
                }
            }
            Origin::MatchedVar => {
                visit(b"", self.matched_last().value);
            }
            Origin::MatchedVarName => {
                visit(b"", self.matched_last().name);
            }
            Origin::MatchedVars => {
                self.each_of(source, &self.vars.matched, &mut |field| visit(field.name, field.value))
            }
            Origin::MatchedVarsNames => {
                self.each_of(source, &self.vars.matched, &mut |field| visit(field.name, field.name));
            }
            Origin::Rule => self.each_rule(source, visit),
            Origin::RemoteUser => {
                let user = self.inputs.scalar(Collection::RemoteUser);
                if !user.is_empty() {
                    visit(b"", user);
                }
            }
            Origin::Environment => {
                self.each_of(source, &self.vars.environment, &mut |field| visit(field.name, field.value));
            }
            Origin::Nothing => {}
        }
    }

    fn scalar(&self, scalar: Collection) -> &[u8] {
        match scalar {
            Collection::SessionId => &self.vars.session,
            Collection::UserId => &self.vars.user,
            Collection::ReqbodyProcessor => &self.vars.processor_name,
            Collection::MscPcreError | Collection::MscPcreLimitsExceeded if self.vars.regex_gave_up => b"1",
            _ => self.inputs.scalar(scalar),
        }
    }

    fn matched_last(&self) -> Field<'_> {
        let matched = &self.vars.matched;
        matched
            .len()
            .checked_sub(1)
            .and_then(|last| matched.at(last))
            .unwrap_or(Field { name: b"", value: b"" })
    }

    fn each_field(
        &self,
        source: &Source,
        store: super::inputs::Store,
        part: super::inputs::Part,
        visit: &mut dyn FnMut(Field<'_>) -> bool,
    ) {
        let positions = self.inputs.positions(store, part);
        let fields = self.inputs.store(store);
        if let Pick::Regex(pattern) = &source.pick
            && pattern.is_of_endings()
            && memchr::memchr(b'\n', fields.block()).is_none()
        {
            // A list of a thousand objects has thousands of names, and none that is asked for.
            let ending = positions.filter_map(|at| fields.at(at)).filter(|field| pattern.ends(field.name));
            for field in ending {
                if !source.without.iter().any(|pick| self.pick(pick, field.name)) && !visit(field) {
                    break;
                }
            }
        } else if matches!(source.pick, Pick::All | Pick::Regex(_)) {
            for field in positions.filter_map(|position| fields.at(position)) {
                if self.picks(source, field.name) && !visit(field) {
                    break;
                }
            }
        } else {
            // ModSecurity gives the values of one name newest first.
            for field in positions.rev().filter_map(|position| fields.at(position)) {
                if self.picks(source, field.name) && !visit(field) {
                    break;
                }
            }
        }
    }

    fn each_of(&self, source: &Source, fields: &Fields, visit: &mut dyn FnMut(Field<'_>) -> bool) {
        for field in fields.iter() {
            if self.picks(source, field.name) && !visit(field) {
                break;
            }
        }
    }

    fn each_tx(&self, source: &Source, visit: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        let tx = &self.vars.tx;
        match &source.pick {
            Pick::Name(_, Some(slot)) => {
                if let Some(value) = tx.get(*slot) {
                    visit(self.names.written(*slot), value);
                }
            }
            Pick::Computed(name) => {
                let mut text = Vec::new();
                self.write(name, &mut text);
                if let Some(value) = tx.find(&text, self.names).and_then(|slot| tx.get(slot)) {
                    visit(&text, value);
                }
            }
            Pick::Regex(pattern) => {
                // Most often no name that was written out matches, and none was computed.
                if tx.has_computed() || pattern.names_slot {
                    self.each_tx_named(source, pattern, visit);
                }
            }
            _ => {
                for slot in tx.order() {
                    let name = tx.written(*slot, self.names);
                    if self.picks(source, name) && !visit(name, tx.get(*slot).unwrap_or_default()) {
                        break;
                    }
                }
            }
        }
    }

    fn each_tx_named(
        &self,
        source: &Source,
        pattern: &NamePattern,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) {
        let tx = &self.vars.tx;
        for slot in tx.order_for(pattern) {
            if !tx.is_named(*slot, pattern, self.names) {
                continue;
            }
            let name = tx.written(*slot, self.names);
            if !source.without.iter().any(|pick| self.pick(pick, name))
                && !visit(name, tx.get(*slot).unwrap_or_default())
            {
                break;
            }
        }
    }

    fn each_rule(&self, source: &Source, visit: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        let mut expanded = Vec::new();
        for name in [b"id".as_slice(), b"rev", b"severity", b"logdata", b"msg"] {
            if !self.picks(source, name) {
                continue;
            }
            expanded.clear();
            match name {
                b"id" => expanded.extend_from_slice(self.rule.id.to_string().as_bytes()),
                b"rev" => {
                    expanded.extend_from_slice(self.rule.revision.as_deref().unwrap_or_default().as_bytes())
                }
                b"severity" => match self.rule.severity {
                    Some(severity) => expanded.extend_from_slice((severity as u8).to_string().as_bytes()),
                    None => continue,
                },
                b"logdata" => match &self.rule.data {
                    Some(text) => self.write(text, &mut expanded),
                    None => continue,
                },
                _ => match &self.rule.message {
                    Some(text) => self.write(text, &mut expanded),
                    None => continue,
                },
            }
            if !visit(name, &expanded) {
                break;
            }
        }
    }

    /// Whether a source takes the member of this name.
    pub(super) fn picks(&self, source: &Source, name: &[u8]) -> bool {
        self.pick(&source.pick, name) && !source.without.iter().any(|pick| self.pick(pick, name))
    }

    pub(super) fn pick(&self, pick: &Pick, name: &[u8]) -> bool {
        match pick {
            Pick::All => true,
            Pick::Name(wanted, _) => wanted.eq_ignore_ascii_case(name),
            Pick::Regex(pattern) => pattern.matches(name),
            Pick::Computed(text) => {
                let mut wanted = Vec::new();
                self.write(text, &mut wanted);
                wanted.eq_ignore_ascii_case(name)
            }
        }
    }

    /// How many values a source has.
    pub(super) fn count(&self, source: &Source) -> i64 {
        if let (Origin::Tx, Pick::Name(_, Some(slot))) = (source.from, &source.pick) {
            return i64::from(self.vars.tx.get(*slot).is_some());
        }
        let mut count = 0;
        self.each(source, &mut |_, _| {
            count += 1;
            true
        });
        count
    }

    /// Writes what a text expands to behind `out`.
    pub(super) fn write(&self, text: &Text, out: &mut Vec<u8>) {
        match text {
            Text::Fixed { bytes, .. } => out.extend_from_slice(bytes),
            Text::Slot(slot) => out.extend_from_slice(self.vars.tx.get(*slot).unwrap_or_default()),
            Text::Parts(parts) => {
                for part in parts {
                    match part {
                        TextPart::Bytes(bytes) => out.extend_from_slice(bytes),
                        TextPart::Value(Source {
                            from: Origin::Tx,
                            pick: Pick::Name(_, Some(slot)),
                            count: false,
                            ..
                        }) => out.extend_from_slice(self.vars.tx.get(*slot).unwrap_or_default()),
                        TextPart::Value(source) if source.count => {
                            out.extend_from_slice(self.count(source).to_string().as_bytes());
                        }
                        TextPart::Value(source) => self.each(source, &mut |_, value| {
                            out.extend_from_slice(value);
                            false
                        }),
                    }
                }
            }
        }
    }

    /// The number that a text says, as `atoll` reads it.
    pub(super) fn number(&self, text: &Text) -> i64 {
        match text {
            Text::Fixed { number, .. } => *number,
            Text::Slot(slot) => self.vars.tx.number(*slot).unwrap_or(0),
            Text::Parts(_) => {
                let mut out = Vec::new();
                self.write(text, &mut out);
                super::number::parse(&out)
            }
        }
    }

    /// What a text expands to, as text to show: bytes that are no UTF-8 become U+FFFD.
    pub(super) fn shown(&self, text: &Text) -> String {
        let mut out = Vec::with_capacity(SHOWN_BYTES);
        self.write(text, &mut out);
        as_text(out)
    }
}

/// Bytes as text to show: what is no UTF-8 becomes U+FFFD.
fn as_text(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(wrong) => String::from_utf8_lossy(wrong.as_bytes()).into_owned(),
    }
}
