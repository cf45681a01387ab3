//! What is to be written, before a format has its say.
use model::{App, Data, Entry, Key, Span, Value};

use super::NotWritten;

/// A value without a place. Functions of the provider are maps of one key, in their long form: `{"Ref": "Table"}`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Content>),
    Map(Vec<(String, Content)>),
}

impl Content {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A map in the order of its entries.
    #[cfg(test)]
    pub(super) fn map<const N: usize>(entries: [(&str, Content); N]) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// The name and argument of a function of the provider.
    pub(super) fn call(&self) -> Option<(&str, &Content)> {
        match self {
            Self::Map(entries) => match entries.as_slice() {
                [(name, argument)] if name == "Ref" || name == "Condition" || name.starts_with("Fn::") => {
                    Some((name, argument))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// A map or list with something in it, and no function.
    pub(super) fn is_open(&self) -> bool {
        match self {
            Self::List(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty() && self.call().is_none(),
            _ => false,
        }
    }

    /// As a value of the graph that stands nowhere. Functions stay maps.
    pub(super) fn into_value(self) -> Value {
        let data = match self {
            Self::Null => Data::Null,
            Self::Bool(value) => Data::Bool(value),
            Self::Int(value) => Data::Int(value),
            Self::Float(value) => Data::Float(value),
            Self::Text(text) => Data::Text(text),
            Self::List(items) => Data::List(items.into_iter().map(Self::into_value).collect()),
            Self::Map(entries) => {
                let entry = |(text, value): (String, Self)| Entry {
                    key: Key { text, at: Span::NONE },
                    value: value.into_value(),
                };
                Data::Map(entries.into_iter().map(entry).collect())
            }
        };
        Value::new(Span::NONE, data)
    }

    /// As a list, where one is asked for.
    pub(super) fn listed(self, is_list: bool) -> Self {
        let is_one = !matches!(self, Self::List(_)) && self.call().is_none();
        if is_list && is_one { Self::List(vec![self]) } else { self }
    }

    /// Puts a value into nested maps.
    pub(super) fn put(&mut self, path: &str, value: Content) {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let Self::Map(entries) = self else { return };
        let known = entries.iter().position(|(key, _)| key == name);
        let index = known.unwrap_or_else(|| {
            entries.push((name.to_owned(), Self::Map(Vec::new())));
            entries.len() - 1
        });
        if let Some((_, entry)) = entries.get_mut(index) {
            match rest {
                Some(rest) => entry.put(rest, value),
                None => *entry = value,
            }
        }
    }

    /// Inside of this key.
    pub(super) fn inside(self, key: &str) -> Self {
        Self::Map(vec![(key.to_owned(), self)])
    }
}

/// How a format writes references.
pub(super) trait Words {
    /// A reference to a resource or its attribute.
    fn reference(&self, target: &str, attribute: Option<&str>) -> Result<Content, NotWritten>;
    /// A text with references inside.
    fn joined(&self, parts: &[Value]) -> Result<Content, NotWritten>;
    /// An expression whose value is not known, as the template wrote it.
    fn expression(&self, text: &str) -> Result<Content, NotWritten>;
}

/// An attribute's value in the words of a format.
pub(super) fn content(data: &Data, words: &dyn Words) -> Result<Content, NotWritten> {
    Ok(match data {
        Data::Null => Content::Null,
        Data::Bool(value) => Content::Bool(*value),
        Data::Int(value) => Content::Int(*value),
        Data::Float(value) => Content::Float(*value),
        Data::Text(text) => Content::Text(text.clone()),
        Data::List(items) => {
            Content::List(items.iter().map(|item| content(&item.data, words)).collect::<Result<_, _>>()?)
        }
        Data::Map(entries) => {
            let entries = entries.iter();
            let written =
                entries.map(|entry| Ok((entry.key.text.clone(), content(&entry.value.data, words)?)));
            Content::Map(written.collect::<Result<_, NotWritten>>()?)
        }
        Data::Ref(reference) => words.reference(&reference.target, reference.attribute.as_deref())?,
        Data::Joined(parts) => words.joined(parts)?,
        Data::Unknown(unknown) => words.expression(&unknown.text)?,
    })
}

/// CloudFormation's functions. Names are those of one template of the application.
pub(super) struct Template<'a> {
    pub app: &'a App,
    /// What names of this template begin with: `Child.`.
    pub prefix: String,
}

impl Template<'_> {
    /// The logical id of a resource, as this template calls it.
    fn id(&self, target: &str) -> Result<String, NotWritten> {
        let own = target.strip_prefix(&self.prefix).filter(|name| !name.contains('.'));
        if let Some(name) = own {
            return Ok(super::place::logical_id(self.app, name));
        }
        match self.app.named(target) {
            // A resource that the same fix adds.
            None => Ok(target.to_owned()),
            Some(_) => Err(NotWritten::new(format!("`{target}` stands in another template"))),
        }
    }

    /// One part of a `Fn::Sub`.
    fn part(&self, part: &Value) -> Result<String, NotWritten> {
        Ok(match &part.data {
            Data::Text(text) => text.replace("${", "${!"),
            Data::Ref(reference) => {
                let id = self.id(&reference.target)?;
                match &reference.attribute {
                    Some(attribute) => format!("${{{id}.{attribute}}}"),
                    None => format!("${{{id}}}"),
                }
            }
            Data::Joined(parts) => {
                parts.iter().map(|part| self.part(part)).collect::<Result<Vec<_>, _>>()?.concat()
            }
            Data::Unknown(unknown) if variable(&unknown.text).is_some() => unknown.text.clone(),
            Data::Int(_) | Data::Float(_) | Data::Bool(_) => part.display(),
            Data::Unknown(_) | Data::Null | Data::List(_) | Data::Map(_) => {
                return Err(NotWritten::new(format!("`{}` cannot be written inside a text", part.display())));
            }
        })
    }
}

impl Words for Template<'_> {
    fn reference(&self, target: &str, attribute: Option<&str>) -> Result<Content, NotWritten> {
        let id = self.id(target)?;
        Ok(match attribute {
            Some(attribute) => {
                Content::List(vec![Content::Text(id), Content::text(attribute)]).inside("Fn::GetAtt")
            }
            None => Content::Text(id).inside("Ref"),
        })
    }

    fn joined(&self, parts: &[Value]) -> Result<Content, NotWritten> {
        if let [only] = parts {
            return content(&only.data, self);
        }
        let text = parts.iter().map(|part| self.part(part)).collect::<Result<Vec<_>, _>>()?.concat();
        Ok(Content::Text(text).inside("Fn::Sub"))
    }

    fn expression(&self, text: &str) -> Result<Content, NotWritten> {
        match variable(text) {
            Some(name) if !name.contains('.') => Ok(Content::text(name).inside("Ref")),
            Some(_) => Ok(Content::text(text).inside("Fn::Sub")),
            None => Err(NotWritten::new(format!("`{text}` is not known and cannot be written again"))),
        }
    }
}

/// The name in `${AWS::Region}`.
fn variable(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b":.".contains(&byte);
    (!name.is_empty() && name.bytes().all(is_name)).then_some(name)
}
