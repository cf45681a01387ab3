//! Messages of the domain name system (RFC 1035, section 4).
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Letters of a name, and of its labels.
const NAME_MAX: usize = 253;
const LABEL_MAX: usize = 63;
/// Bytes of a name as it is written in a message.
const WRITTEN_MAX: usize = 255;
/// Labels and jumps of one name in a message.
const STEPS_MAX: usize = 128;
/// Names that stand for another, one after the other.
const ALIASES_MAX: usize = 16;
const HEADER_BYTES: usize = 12;
const ALIAS: u16 = 5;
const INTERNET: u16 = 1;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    V4,
    V6,
}

impl Kind {
    const fn code(self) -> u16 {
        match self {
            Self::V4 => 1,
            Self::V6 => 28,
        }
    }
}

/// What a server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// None: the name has no such address.
    Addresses(Vec<IpAddr>),
    /// The answer is too long for a datagram.
    Truncated,
    /// The server could not, or would not; or what it said cannot be read.
    Failed,
}

/// Whether a name can be asked for.
pub(super) fn is_name(name: &str) -> bool {
    let is_label = |label: &str| (1..=LABEL_MAX).contains(&label.len());
    name.len() <= NAME_MAX
        && name.bytes().all(|byte| byte.is_ascii_graphic())
        && name.split('.').all(is_label)
}

/// A question, as it is sent.
#[derive(Debug)]
pub(super) struct Query {
    bytes: Vec<u8>,
    kind: Kind,
}

impl Query {
    /// With a random number; none without one, or when the name has no valid form.
    pub(super) fn new(name: &str, kind: Kind) -> Option<Self> {
        if !is_name(name) {
            return None;
        }
        let number: [u8; 2] = access::secret::random().ok()?;
        let mut bytes = number.to_vec();
        // A recursive answer is wanted, to one question.
        bytes.extend_from_slice(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        for label in name.split('.') {
            bytes.push(u8::try_from(label.len()).ok()?);
            bytes.extend_from_slice(label.as_bytes());
        }
        bytes.push(0);
        bytes.extend_from_slice(&kind.code().to_be_bytes());
        bytes.extend_from_slice(&INTERNET.to_be_bytes());
        Some(Self { bytes, kind })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads an answer; none when it is not one to this question.
    pub(super) fn reply(&self, message: &[u8]) -> Option<Reply> {
        let question = self.bytes.get(HEADER_BYTES..)?;
        let (header, rest) = message.split_first_chunk::<HEADER_BYTES>()?;
        let [first, second, flags, more_flags, questions @ .., _, _, _, _, _, _] = header;
        let is_answer = self.bytes.starts_with(&[*first, *second])
            && flags & 0xF8 == 0x80
            && *questions == [0, 1]
            && rest.get(..question.len())?.eq_ignore_ascii_case(question);
        if !is_answer {
            return None;
        }
        Some(match more_flags & 0x0F {
            _ if flags & 2 != 0 => Reply::Truncated,
            0 => self.addresses(message, question.len()).map_or(Reply::Failed, Reply::Addresses),
            // There is no such name.
            3 => Reply::Addresses(Vec::new()),
            _ => Reply::Failed,
        })
    }

    /// The addresses of the name, or of what it stands for.
    fn addresses(&self, message: &[u8], question_bytes: usize) -> Option<Vec<IpAddr>> {
        let count = number(message, 6)?;
        let mut at = HEADER_BYTES + question_bytes;
        let mut records = Vec::new();
        for _ in 0..count {
            let (owner, next) = name(message, at)?;
            let (kind, class) = (number(message, next)?, number(message, next + 2)?);
            let (data, length) = (next + 10, usize::from(number(message, next + 8)?));
            let bytes = message.get(data..data + length)?;
            at = data + length;
            if class == INTERNET {
                records.push((owner, kind, data, bytes));
            }
        }
        let mut wanted = name(message, HEADER_BYTES)?.0;
        for _ in 0..ALIASES_MAX {
            let alias = records.iter().find(|(owner, kind, ..)| *kind == ALIAS && *owner == wanted);
            let Some((_, _, data, _)) = alias else { break };
            wanted = name(message, *data)?.0;
        }
        let found = records.iter().filter(|(owner, kind, ..)| *kind == self.kind.code() && *owner == wanted);
        found.map(|(.., bytes)| address(self.kind, bytes)).collect()
    }
}

fn address(kind: Kind, bytes: &[u8]) -> Option<IpAddr> {
    match kind {
        Kind::V4 => <[u8; 4]>::try_from(bytes).ok().map(|bytes| Ipv4Addr::from(bytes).into()),
        Kind::V6 => <[u8; 16]>::try_from(bytes).ok().map(|bytes| Ipv6Addr::from(bytes).into()),
    }
}

fn number(message: &[u8], at: usize) -> Option<u16> {
    message.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

/// A name in small letters, each label behind its length; and where it ends.
fn name(message: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let (mut at, mut end) = (at, None);
    for _ in 0..STEPS_MAX {
        let length = usize::from(*message.get(at)?);
        match length {
            0 => return Some((out, end.unwrap_or(at + 1))),
            1..=LABEL_MAX => {
                out.extend(message.get(at..=at + length)?.iter().map(u8::to_ascii_lowercase));
                at += length + 1;
            }
            0xC0.. => {
                end = end.or(Some(at + 2));
                let target = usize::from(number(message, at)? & 0x3FFF);
                // Only backward, so that it ends.
                at = Some(target).filter(|target| *target < at)?;
            }
            _ => return None,
        }
        if out.len() > WRITTEN_MAX {
            return None;
        }
    }
    None
}
