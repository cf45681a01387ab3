//! The structured fields (RFC 9651) that message signatures need: dictionaries of inner lists and of byte sequences.
use crate::encode;

const FIELD_BYTES_MAX: usize = 16 * 1024;
const MEMBERS_MAX: usize = 8;
const COMPONENTS_MAX: usize = 64;

/// A component as it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) name: String,
    /// The value of `name` of `@query-param`.
    pub(super) parameter: Option<String>,
    /// As it stands: `"@query-param";name="a"`.
    pub(super) text: String,
}

/// A member of `Signature-Input`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) label: String,
    pub(super) components: Vec<Component>,
    pub(super) created: Option<u64>,
    pub(super) expires: Option<u64>,
    pub(super) key: Option<String>,
    pub(super) algorithm: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) tag: Option<String>,
    /// The inner list with its parameters, as it stands.
    pub(super) parameters: String,
}

struct Reader<'a> {
    rest: &'a str,
}

/// The value of a parameter.
enum Bare {
    Text(String),
    Whole(u64),
}

impl<'a> Reader<'a> {
    fn eat(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn take(&mut self, is_taken: impl Fn(u8) -> bool) -> Option<&'a str> {
        let end = self.rest.bytes().position(|byte| !is_taken(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!taken.is_empty()).then_some(taken)
    }

    /// A key: lowercase letters, digits, `_-.*`.
    fn key(&mut self) -> Option<&'a str> {
        let is_start = self.rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '*');
        self.take(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.*".contains(&b))
            .filter(|_| is_start)
    }

    /// A quoted text.
    fn text(&mut self) -> Option<String> {
        self.eat("\"")?;
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = self.rest.get(at + 1..)?;
                    return Some(text);
                }
                '\\' => text.push(chars.next().map(|(_, c)| c).filter(|c| matches!(c, '"' | '\\'))?),
                ' '..='~' => text.push(c),
                _ => return None,
            }
        }
        None
    }

    fn bare(&mut self) -> Option<Bare> {
        if self.rest.starts_with('"') {
            return self.text().map(Bare::Text);
        }
        let digits = self.take(|byte| byte.is_ascii_digit()).filter(|digits| digits.len() <= 15)?;
        digits.parse().ok().map(Bare::Whole)
    }

    /// `;name="value"` or `;name=1`, as long as there are some.
    fn parameters(&mut self) -> Option<Vec<(&'a str, Bare)>> {
        let mut parameters: Vec<(&str, Bare)> = Vec::new();
        while self.eat(";").is_some() {
            self.space();
            let name = self.key()?;
            self.eat("=")?;
            let value = self.bare()?;
            if parameters.len() >= MEMBERS_MAX || parameters.iter().any(|(other, _)| *other == name) {
                return None;
            }
            parameters.push((name, value));
        }
        Some(parameters)
    }

    fn component(&mut self) -> Option<Component> {
        let begin = self.rest;
        let name = self.text()?;
        let parameters = self.parameters()?;
        let text = begin.get(..begin.len() - self.rest.len())?.to_owned();
        let is_name = !name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b' ');
        let parameter = match (name.as_str(), parameters.as_slice()) {
            ("@query-param", [("name", Bare::Text(value))]) => Some(value.clone()),
            (name, []) if name != "@query-param" => None,
            _ => return None,
        };
        is_name.then_some(Component { name, parameter, text })
    }

    fn input(&mut self, label: &str) -> Option<Input> {
        let begin = self.rest;
        self.eat("(")?;
        let mut input = Input { label: label.to_owned(), ..Input::default() };
        self.space();
        while self.eat(")").is_none() {
            let component = self.component()?;
            if input.components.len() >= COMPONENTS_MAX
                || input.components.iter().any(|c| c.text == component.text)
            {
                return None;
            }
            input.components.push(component);
            if !self.rest.starts_with([' ', ')']) {
                return None;
            }
            self.space();
        }
        for (name, value) in self.parameters()? {
            match (name, value) {
                ("created", Bare::Whole(value)) => input.created = Some(value),
                ("expires", Bare::Whole(value)) => input.expires = Some(value),
                ("keyid", Bare::Text(value)) => input.key = Some(value),
                ("alg", Bare::Text(value)) => input.algorithm = Some(value),
                ("nonce", Bare::Text(value)) => input.nonce = Some(value),
                ("tag", Bare::Text(value)) => input.tag = Some(value),
                _ => return None,
            }
        }
        input.parameters = begin.get(..begin.len() - self.rest.len())?.to_owned();
        Some(input)
    }

    fn binary(&mut self) -> Option<Vec<u8>> {
        self.eat(":")?;
        let text = self.take(|byte| byte != b':').unwrap_or_default();
        self.eat(":")?;
        encode::from_base64(text)
    }
}

/// The members of a dictionary; a label that stands twice is refused.
fn dictionary<T>(field: &str, read: impl Fn(&mut Reader<'_>, &str) -> Option<T>) -> Option<Vec<(String, T)>> {
    if field.len() > FIELD_BYTES_MAX {
        return None;
    }
    let mut reader = Reader { rest: field.trim_matches([' ', '\t']) };
    let mut members: Vec<(String, T)> = Vec::new();
    while !reader.rest.is_empty() {
        if !members.is_empty() {
            reader.eat(",")?;
            reader.space();
        }
        let label = reader.key()?.to_owned();
        reader.eat("=")?;
        let value = read(&mut reader, &label)?;
        reader.space();
        if members.len() >= MEMBERS_MAX || members.iter().any(|(other, _)| *other == label) {
            return None;
        }
        members.push((label, value));
    }
    Some(members)
}

/// `Signature-Input`.
pub(super) fn inputs(field: &str) -> Option<Vec<Input>> {
    let members = dictionary(field, |reader, label| reader.input(label))?;
    Some(members.into_iter().map(|(_, input)| input).collect())
}

/// `Signature`, `Content-Digest`.
pub(super) fn binaries(field: &str) -> Option<Vec<(String, Vec<u8>)>> {
    dictionary(field, |reader, _| reader.binary())
}
