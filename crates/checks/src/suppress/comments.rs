//! Suppressions in comments of files that are no templates: code, `.env`, manifests.
//!
//! `# buckler:ignore CHECK[,CHECK] reason="…" until=YYYY-MM-DD`, as beside a resource, and what other
//! tools write when it names a rule: `# nosec B602`, `# noqa: S602`, `# nosemgrep: RULE`,
//! `// eslint-disable-line RULE`, `// eslint-disable-next-line RULE`. A comment behind something is about its own
//! line; one that stands alone is about the next line that is neither empty nor a comment.
//!
//! A line is read by itself: quotes are paired, texts that go over several lines are not followed.
use std::collections::{BTreeMap, BTreeSet};

use model::{FileId, Framework, Problem, ProblemKind, Project, Skip, SkipOrigin, SourceFile, Span};

use crate::registry;

/// Lines between a comment and the line that it is about at most.
const LINES_ABOVE_MAX: u32 = 32;
/// Bytes of a line that are looked at, at most: nobody writes comments into a bundle.
const LINE_BYTES_MAX: usize = 8 << 10;

/// What a line must hold to be looked at.
const MARKS: [&str; 5] = [Skip::MARK, "nosec", "nosemgrep", "eslint-disable-", "noqa"];

/// A suppression and the line that it is about.
#[derive(Debug)]
pub(super) struct Comment {
    pub(super) skip: Skip,
    pub(super) path: String,
    /// Counted from 1.
    pub(super) line: u32,
}

/// Every suppression of the project's files that are no templates, and those that cannot be read.
pub(super) fn find(project: &Project) -> (Vec<Comment>, Vec<Problem>) {
    let templates = templates(project);
    // The same file may have been read twice.
    let mut files: BTreeMap<&str, (FileId, &SourceFile)> = BTreeMap::new();
    for (index, file) in project.files.iter().enumerate() {
        let id = FileId(u32::try_from(index).unwrap_or(u32::MAX));
        files.entry(&file.path).or_insert((id, file));
    }
    let mut found = Found::default();
    for (path, (id, file)) in files {
        let Some(style) = Style::of(path).filter(|_| !templates.contains(path)) else { continue };
        if MARKS.iter().any(|mark| file.text.contains(mark)) {
            found.file(id, file, style);
        }
    }
    (found.comments, found.problems)
}

/// Files in which a front end has looked for comments.
fn templates(project: &Project) -> BTreeSet<&str> {
    let apps = project.apps.iter().filter(|app| app.framework != Framework::Files);
    let spans = apps.flat_map(|app| &app.nodes).filter(|node| !node.implicit).map(|node| node.span);
    let files: BTreeSet<FileId> = spans.map(|span| span.file).collect();
    files
        .into_iter()
        .filter_map(|id| project.files.get(id.0 as usize))
        .map(|file| file.path.as_str())
        .collect()
}

#[derive(Default)]
struct Found {
    comments: Vec<Comment>,
    problems: Vec<Problem>,
}

impl Found {
    fn file(&mut self, id: FileId, file: &SourceFile, style: Style) {
        for (number, text) in (1..).zip(file.text.lines()) {
            if text.len() > LINE_BYTES_MAX || !MARKS.iter().any(|mark| text.contains(mark)) {
                continue;
            }
            let Some(start) = style.comment(text) else { continue };
            let comment = text.get(start..).unwrap_or_default();
            let begin = file.line_start(number).unwrap_or_default() as usize;
            let at = Span::new(id, begin + start, begin + text.trim_end().len());
            let skips = match ours(comment, at) {
                Some(Ok(skips)) => skips,
                Some(Err(why)) => {
                    self.problem(file, at, why);
                    continue;
                }
                None => Vec::new(),
            };
            let skips = skips.into_iter().map(|skip| (skip, false)).chain(theirs(comment, at));
            // In JSX a comment stands in braces.
            let alone = matches!(text.get(..start).unwrap_or_default().trim(), "" | "{");
            let below = if alone { style.next_line(file, number) } else { None }.unwrap_or(number);
            self.comments.extend(skips.map(|(skip, next)| Comment {
                line: match skip.origin {
                    SkipOrigin::Buckler | SkipOrigin::Semgrep => below,
                    _ if next => number + 1,
                    _ => number,
                },
                skip,
                path: file.path.clone(),
            }));
        }
    }

    fn problem(&mut self, file: &SourceFile, at: Span, message: String) {
        self.problems.push(Problem {
            kind: ProblemKind::Suspicious,
            path: file.path.clone(),
            at: Some(at),
            message,
            help: Skip::HELP.to_owned(),
        });
    }
}

/// A suppression in our own syntax: the mark begins the comment, or stands behind another `#` of it.
fn ours(comment: &str, at: Span) -> Option<Result<Vec<Skip>, String>> {
    let mark = comment.find(Skip::MARK)?;
    let before = comment.get(..mark)?.trim_end();
    if !OPENERS.iter().any(|opener| before.ends_with(opener)) {
        return None;
    }
    let words = comment.get(mark + Skip::MARK.len()..)?;
    Some(Skip::all_in(closed(words), at))
}

const OPENERS: [&str; 7] = ["#", "//", "/*", "*", "<!--", ";", "--"];

/// Without the end of a comment that has one.
fn closed(words: &str) -> &str {
    let end = ["*/", "-->"].iter().filter_map(|end| words.find(end)).min().unwrap_or(words.len());
    words.get(..end).unwrap_or(words).trim()
}

/// Suppressions in other tools' syntax that name a rule which a check of ours goes by, each with whether it is
/// about the next line.
fn theirs(comment: &str, at: Span) -> Vec<(Skip, bool)> {
    let comment = closed(comment);
    let mut found = Vec::new();
    let mut take = |origin, words: &str, next: bool| {
        let (names, reason) = split_reason(words, origin);
        for name in names.split([',', ' ', '\t']).map(str::trim).filter(|name| !name.is_empty()) {
            if registry::all().any(|check| super::means(check, name, Some(origin))) {
                let (name, reason) = (name.to_owned(), reason.to_owned());
                found.push((Skip { name, reason, until: None, at, origin }, next));
            }
        }
    };
    if let Some(words) = behind(comment, "nosec") {
        take(SkipOrigin::Bandit, words.trim_start_matches(':'), false);
    }
    if let Some(words) = behind(comment, "noqa").and_then(|words| words.strip_prefix(':')) {
        take(SkipOrigin::Ruff, words, false);
    }
    if let Some(words) = behind(comment, "nosemgrep").and_then(|words| words.strip_prefix(':')) {
        take(SkipOrigin::Semgrep, words, false);
    }
    if let Some(words) = behind(comment, "eslint-disable-line") {
        take(SkipOrigin::Eslint, words, false);
    }
    if let Some(words) = behind(comment, "eslint-disable-next-line") {
        take(SkipOrigin::Eslint, words, true);
    }
    found
}

/// What stands behind a word that begins a comment.
fn behind<'a>(comment: &'a str, word: &str) -> Option<&'a str> {
    let at = comment.find(word)?;
    let before = comment.get(..at)?.trim_end();
    let after = comment.get(at + word.len()..)?;
    let begins = OPENERS.iter().any(|opener| before.ends_with(opener));
    let ends = !after.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '-' | '_'));
    (begins && ends).then_some(after.trim_start())
}

/// Names of rules, and what is said behind them: `# why` (Bandit, Ruff, Semgrep), `-- why` (ESLint).
fn split_reason(words: &str, origin: SkipOrigin) -> (&str, &str) {
    let mark = if origin == SkipOrigin::Eslint { "--" } else { "#" };
    let (names, reason) = words.split_once(mark).unwrap_or((words, ""));
    (names, reason.trim())
}

/// How a kind of file writes comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `#` anywhere outside of texts: Python, Ruby.
    Hash,
    /// `#` at the beginning or behind a blank: shells, settings, lists of packages.
    HashWord,
    /// `//` and `/* */`.
    Slash,
    /// `<!-- -->`.
    Markup,
}

impl Style {
    /// By the file's name; `None` when it has no comments.
    fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        match (name.as_str(), ending) {
            ("go.mod" | "go.sum", _) => Some(Self::Slash),
            ("gemfile", _) | (_, "py" | "pyi" | "rb" | "gemspec") => Some(Self::Hash),
            (_, "json" | "map" | "pem" | "csv" | "jar") => None,
            (
                _,
                "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "java" | "kt" | "kts" | "go"
                | "cs" | "rs" | "scala" | "groovy" | "gradle" | "swift" | "c" | "h" | "cpp" | "jsonc"
                | "json5",
            ) => Some(Self::Slash),
            (_, "xml" | "html" | "htm" | "md" | "csproj" | "fsproj" | "vue" | "svg" | "config") => {
                Some(Self::Markup)
            }
            _ => Some(Self::HashWord),
        }
    }

    /// Where the comment of a line begins.
    fn comment(self, line: &str) -> Option<usize> {
        match self {
            Self::Markup => line.find("<!--"),
            // The inside of a comment of several lines.
            Self::Slash if line.trim_start().starts_with('*') => line.find('*'),
            Self::Hash | Self::HashWord | Self::Slash => self.behind_texts(line),
        }
    }

    fn behind_texts(self, line: &str) -> Option<usize> {
        let bytes = line.as_bytes();
        let mut at = 0;
        // Quotes that were looked for once and have no pair: INVARIANT: the cost is linear in the line.
        let mut unpaired: Vec<u8> = Vec::new();
        while let Some(byte) = bytes.get(at) {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            let opens = match self {
                Self::Slash => *byte == b'/' && matches!(bytes.get(at + 1), Some(b'/' | b'*')),
                Self::HashWord => *byte == b'#' && before.is_none_or(u8::is_ascii_whitespace),
                Self::Hash | Self::Markup => *byte == b'#',
            };
            if opens {
                return Some(at);
            }
            at = match byte {
                b'"' | b'\'' | b'`' if !unpaired.contains(byte) => match end_of_text(bytes, at) {
                    End::At(end) => end,
                    End::Open => return None,
                    End::Unpaired => {
                        unpaired.push(*byte);
                        at + 1
                    }
                },
                b'\\' => at + 2,
                _ => at + 1,
            };
        }
        None
    }

    /// The next line that is neither empty nor a comment.
    fn next_line(self, file: &SourceFile, number: u32) -> Option<u32> {
        (number + 1..=number.saturating_add(LINES_ABOVE_MAX)).find(|number| {
            let text = file.line(*number).unwrap_or_default();
            let head = text.get(..text.floor_char_boundary(LINE_BYTES_MAX)).unwrap_or_default();
            let begin = self.comment(head).unwrap_or(head.len());
            !head.get(..begin).unwrap_or_default().trim().is_empty()
        })
    }
}

/// Where the text that a quote opens has its end.
enum End {
    /// The byte behind it.
    At(usize),
    /// In a later line.
    Open,
    /// The quote opens no text: an apostrophe, or part of a pattern.
    Unpaired,
}

fn end_of_text(bytes: &[u8], open: usize) -> End {
    let Some(quote) = bytes.get(open).copied() else { return End::Unpaired };
    let all = |three: &[u8]| three.iter().all(|byte| *byte == quote);
    let triple = quote != b'`' && bytes.get(open..open + 3).is_some_and(all);
    let width = if triple { 3 } else { 1 };
    let mut at = open + width;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\\' {
            at += 2;
        } else if bytes.get(at..at + width).is_some_and(all) {
            return End::At(at + width);
        } else {
            at += 1;
        }
    }
    if triple || quote == b'`' { End::Open } else { End::Unpaired }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line with `|` before its comment.
    fn comment(path: &str, line: &str) -> String {
        let style = Style::of(path).expect("has comments");
        let mut marked = line.to_owned();
        if let Some(at) = style.comment(line) {
            marked.insert(at, '|');
        }
        marked
    }

    #[test]
    fn comments_begin_outside_of_texts() {
        for (path, expected) in [
            ("a.py", "x = \"#1\" |# why"),
            ("a.py", "x = 1|# why"),
            ("a.py", "x = 'it\\'s #1' |# why"),
            ("a.py", "x = \"\"\"a # b"),
            ("a.py", "x = r'''a''' |# b"),
            ("a.js", "get(\"http://a\") |// why"),
            ("a.js", "q = `select # // ${x}"),
            ("a.js", "/'/.test(x) |// why"),
            ("a.ts", "f(/* one */ x)".replace("/*", "|/*").as_str()),
            ("a.ts", " |* why"),
            ("a.js", "it's |// why"),
            (".env", "URL=http://a/#b |# why"),
            ("requirements.txt", "a @ git+https://b#egg=a |# why"),
            ("pom.xml", "<a/> |<!-- why -->"),
        ] {
            assert_eq!(comment(path, &expected.replacen('|', "", 1)), *expected, "{path}");
        }
        assert_eq!(Style::of("package-lock.json"), None);
    }

    #[test]
    fn names_stand_right_behind_the_word() {
        let at = Span::NONE;
        let names = |comment: &str| -> Vec<String> {
            theirs(comment, at)
                .into_iter()
                .map(|(skip, _)| format!("{} {}", skip.name, skip.reason))
                .collect()
        };
        assert_eq!(names("# nosec B602, B000 # a date only"), ["B602 a date only"]);
        assert_eq!(names("# noqa: S602,E501"), ["S602 "]);
        assert!(names("# nosec").is_empty(), "names no rule");
        assert!(names("# noqa S602").is_empty(), "Ruff reads no names without a colon");
        assert!(names("# see nosec B602").is_empty());
        assert!(names("# nosection B602").is_empty());
    }
}
