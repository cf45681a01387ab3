//! Evasions: the same payload, written so that a filter may not know it again and the application does.
use crate::Family;
use crate::place::percent;
use base64::Engine as _;
use serde::Serialize;

/// How a payload is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evasion {
    Plain,
    /// Every character as `\uXXXX` of JSON.
    Unicode,
    /// JSON inside of a text of JSON.
    Nested,
    /// Percent-encoded once more.
    Percent,
    /// Percent-encoded twice more.
    PercentTwice,
    Base64,
    /// Letters of keywords in changing case.
    Case,
    /// Comments and odd spaces in the place of spaces.
    Spaces,
    /// The parameter twice, harmless first.
    Twice,
    /// A null byte and harmless text before.
    Null,
    /// Far behind harmless text.
    Padding,
}

/// Length of [`Evasion::Padding`]: past what filters with a small window look at.
const PADDING: usize = 9_000;

impl Evasion {
    pub const ALL: &'static [Self] = &[
        Self::Plain,
        Self::Unicode,
        Self::Nested,
        Self::Percent,
        Self::PercentTwice,
        Self::Base64,
        Self::Case,
        Self::Spaces,
        Self::Twice,
        Self::Null,
        Self::Padding,
    ];

    /// The name in every output: `percent-twice`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Unicode => "unicode",
            Self::Nested => "nested",
            Self::Percent => "percent",
            Self::PercentTwice => "percent-twice",
            Self::Base64 => "base64",
            Self::Case => "case",
            Self::Spaces => "spaces",
            Self::Twice => "twice",
            Self::Null => "null",
            Self::Padding => "padding",
        }
    }

    /// Those that leave a payload of this family able to work.
    #[must_use]
    pub const fn of(family: Family) -> &'static [Self] {
        match family {
            Family::Command => &[
                Self::Plain,
                Self::Unicode,
                Self::Nested,
                Self::Percent,
                Self::PercentTwice,
                Self::Base64,
                Self::Spaces,
                Self::Twice,
                Self::Padding,
            ],
            Family::Sql => &[
                Self::Plain,
                Self::Unicode,
                Self::Nested,
                Self::Percent,
                Self::PercentTwice,
                Self::Case,
                Self::Spaces,
                Self::Twice,
                Self::Null,
                Self::Padding,
            ],
            Family::Html => {
                &[Self::Plain, Self::Unicode, Self::Percent, Self::Case, Self::Twice, Self::Padding]
            }
            Family::Path => &[
                Self::Plain,
                Self::Unicode,
                Self::Nested,
                Self::Percent,
                Self::PercentTwice,
                Self::Twice,
                Self::Null,
            ],
            Family::Log => &[Self::Plain, Self::Nested, Self::Percent, Self::PercentTwice, Self::Twice],
            Family::Ldap => &[Self::Plain, Self::Unicode, Self::Percent],
            Family::NoSql | Family::Prototype => &[Self::Plain, Self::Unicode, Self::Nested],
            Family::Token | Family::Error | Family::Prompt | Family::Size => &[Self::Plain],
            Family::Code
            | Family::Deserialization
            | Family::Ssrf
            | Family::Template
            | Family::Header
            | Family::Xml => &[
                Self::Plain,
                Self::Unicode,
                Self::Nested,
                Self::Percent,
                Self::PercentTwice,
                Self::Base64,
                Self::Twice,
                Self::Padding,
            ],
        }
    }

    /// The result is already encoded as a part of an address.
    pub(crate) const fn is_encoded(self) -> bool {
        matches!(self, Self::Percent | Self::PercentTwice)
    }

    /// A text written this way; None where it needs more than a text.
    pub(crate) fn text(self, text: &str) -> Option<String> {
        Some(match self {
            Self::Plain | Self::Twice => text.to_owned(),
            Self::Unicode | Self::Nested => return None,
            Self::Percent => every_byte(text),
            Self::PercentTwice => percent(&every_byte(text), ""),
            Self::Base64 => base64::engine::general_purpose::STANDARD.encode(text),
            Self::Case => text
                .chars()
                .enumerate()
                .map(
                    |(at, letter)| {
                        if at % 2 == 0 { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
                    },
                )
                .collect(),
            Self::Spaces => text.replace(' ', if text.contains("SELECT") { "/**/" } else { "\t" }),
            Self::Null => format!("a\u{0}{text}"),
            Self::Padding => format!("{}{text}", "a ".repeat(PADDING / 2)),
        })
    }
}

fn every_byte(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
