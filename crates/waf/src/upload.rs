//! Files that users send: what they are, what hides in them, and how to make them harmless.
//!
//! [`judge`] looks at the content, never only at what the sender says: type by content against name and declared type, archives
//! measured by their directories, files of two formats at once refused, active content and macros told, metadata of images removed
//! without touching a pixel.
//!
//! Metadata: EXIF, XMP, IPTC, comments and text chunks go, with them the place and the camera, and the orientation (turn the
//! picture before it is sent, or keep metadata). Colour profiles stay: without them a picture looks different.
//!
//! Deliberately absent: decoding of pictures, unpacking of archives beyond their directories (the sizes are what these say; a size
//! that no compression can reach is told), and a search for viruses.
//!
//! INVARIANT: cost is linear in the file, and the directory of an archive is read to at most [`Policy::entries_max`] entries.
mod archive;
mod image;
mod kind;
#[cfg(test)]
mod tests;

pub use kind::Kind;

/// What may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Empty: every kind but those that run ([`Kind::runs`]).
    pub kinds: Vec<Kind>,
    pub bytes_max: usize,
    /// Entries of an archive.
    pub entries_max: usize,
    /// Bytes of all entries of an archive together, unpacked.
    pub unpacked_bytes_max: u64,
    /// Unpacked bytes for each byte of an archive.
    pub ratio_max: u64,
    /// Whether archives may hold archives.
    pub nested_archives: bool,
    /// Whether documents may hold macros, scripts or actions.
    pub active_content: bool,
    /// Whether metadata of images is removed.
    pub strip_metadata: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            bytes_max: 10 << 20,
            entries_max: 1000,
            unpacked_bytes_max: 100 << 20,
            ratio_max: 100,
            nested_archives: false,
            active_content: false,
            strip_metadata: true,
        }
    }
}

/// Why a file is not to be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the file has more than {max} bytes")]
    TooLarge { max: usize },
    #[error("a file of kind `{kind}` may not be sent")]
    Kind { kind: &'static str },
    #[error("the content is `{kind}`, declared as `{declared}`")]
    DeclaredType { kind: &'static str, declared: String },
    #[error("the content is `{kind}`, the name ends with `{extension}`")]
    Extension { kind: &'static str, extension: String },
    #[error("the name: {0}")]
    Name(&'static str),
    #[error("the file is damaged: {0}")]
    Damaged(&'static str),
    /// Valid, or run, as something else too.
    #[error("the file is also `{0}`")]
    Polyglot(&'static str),
    #[error("{bytes} bytes follow the end of the picture")]
    TrailingData { bytes: usize },
    #[error("the file holds {0}")]
    ActiveContent(&'static str),
    #[error("archive: {0}")]
    Archive(&'static str),
}

/// What a file is and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub kind: Kind,
    /// Empty: the file may be taken.
    pub problems: Vec<Problem>,
    /// The picture without its metadata, when something had to go and nothing is wrong with it.
    pub cleaned: Option<Vec<u8>>,
}

/// Endings that servers run or browsers take for pages.
const RUNNING_EXTENSIONS: [&str; 40] = [
    "php", "php3", "php4", "php5", "php7", "phtml", "phar", "pht", "asp", "aspx", "ashx", "asmx", "cer",
    "jsp", "jspx", "jsw", "war", "jar", "cgi", "pl", "py", "rb", "sh", "bat", "cmd", "ps1", "exe", "dll",
    "so", "com", "scr", "msi", "hta", "htaccess", "html", "htm", "xhtml", "shtml", "js", "mjs",
];

/// Judges a file by its content, its name and its declared media type.
#[must_use]
pub fn judge(name: &str, declared_type: &str, bytes: &[u8], policy: &Policy) -> Judgement {
    let mut problems = Vec::new();
    if bytes.len() > policy.bytes_max {
        let problem = Problem::TooLarge { max: policy.bytes_max };
        return Judgement { kind: Kind::Unknown, problems: vec![problem], cleaned: None };
    }
    let kind = kind::of(bytes);
    let is_allowed = if policy.kinds.is_empty() { !kind.runs() } else { policy.kinds.contains(&kind) };
    if !is_allowed {
        problems.push(Problem::Kind { kind: kind.name() });
    }
    check_name(name, kind, &mut problems);
    let declared = declared_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !declared.is_empty() && !kind.has_media_type(&declared) {
        problems.push(Problem::DeclaredType { kind: kind.name(), declared });
    }
    kind::polyglots(bytes, kind, &mut problems);
    if !policy.active_content {
        kind::active(bytes, kind, &mut problems);
    }
    if kind.is_archive() {
        archive::measure(bytes, kind, policy, &mut problems);
    }
    let mut cleaned = match image::walk(bytes, kind) {
        None => None,
        Some(Err(damage)) => {
            problems.push(Problem::Damaged(damage));
            None
        }
        Some(Ok(picture)) => {
            let trailing = bytes.len().saturating_sub(picture.end);
            if trailing > 0 {
                problems.push(Problem::TrailingData { bytes: trailing });
            }
            Some(picture.cleaned)
                .filter(|cleaned| policy.strip_metadata && problems.is_empty() && cleaned != bytes)
        }
    };
    if let Some(clean) = &cleaned {
        // What stood behind metadata stands nearer to the beginning now, where readers of other formats look.
        kind::polyglots(clean, kind, &mut problems);
        if !policy.active_content {
            kind::active(clean, kind, &mut problems);
        }
        cleaned = cleaned.filter(|_| problems.is_empty());
    }
    Judgement { kind, problems, cleaned }
}

fn check_name(name: &str, kind: Kind, problems: &mut Vec<Problem>) {
    if name
        .chars()
        .any(|char| char.is_control() || matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
    {
        problems.push(Problem::Name("it holds characters that do not show"));
    }
    if name.contains(['/', '\\', ':']) {
        problems.push(Problem::Name("it holds a path"));
    }
    if name.ends_with(['.', ' ']) || name.starts_with('.') {
        problems.push(Problem::Name("it begins or ends with a dot, or ends with a space"));
    }
    let lower = name.to_ascii_lowercase();
    let mut parts = lower.split('.').skip(1);
    if !kind.runs() && parts.any(|part| RUNNING_EXTENSIONS.contains(&part.trim())) {
        problems.push(Problem::Name("it holds an ending that servers or browsers run"));
    }
    if let Some((_, extension)) = lower.rsplit_once('.')
        && !kind.has_extension(extension)
    {
        let extension = extension.chars().take(20).collect();
        problems.push(Problem::Extension { kind: kind.name(), extension });
    }
}

/// Where a text stands, whatever its case; `needle` is in lower case.
fn find_text(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes)
        .find(|at| bytes.get(*at..at + needle.len()).is_some_and(|found| found.eq_ignore_ascii_case(needle)))
}
