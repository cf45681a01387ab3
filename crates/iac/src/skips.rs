//! Suppressions beside a resource: comments, and CloudFormation `Metadata`.
//!
//! Comments: `# buckler:ignore CHECK[,CHECK] reason="…" until=YYYY-MM-DD` (the reason is required), and
//! `#checkov:skip=CHECK:reason`. A comment belongs to the innermost resource whose block holds it, to its
//! last line's end; one that stands directly above a resource belongs to that resource, since that is
//! where people put them.
mod comment;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use model::{FileId, Problem, ProblemKind, Skip, SkipOrigin, SourceFile, Span, Value};

use crate::resource::Resource;

/// The next step after a suppression that has no effect.
pub(crate) const HELP: &str = "write `id`, `reason` and, if it ends one day, `until: YYYY-MM-DD`";

/// Lines between a comment and the resource below it at most.
const LINES_ABOVE_MAX: usize = 32;

/// Gives each resource the suppressions written in comments inside its block.
pub(crate) fn attach(files: &[SourceFile], resources: &mut [Resource], problems: &mut Vec<Problem>) {
    let mut by_file: BTreeMap<FileId, Vec<(Span, usize)>> = BTreeMap::new();
    for (index, resource) in resources.iter().enumerate().filter(|(_, resource)| !resource.implicit) {
        by_file.entry(resource.span.file).or_default().push((resource.span, index));
    }
    for (id, mut spans) in by_file {
        let Some(file) = files.get(id.0 as usize) else { continue };
        spans.sort_by_key(|(span, index)| (span.start, std::cmp::Reverse(span.end), *index));
        let mut blocks = Blocks { text: &file.text, spans: &spans, next: 0, open: Vec::new() };
        for comment in comment::find(id, &file.text) {
            let mut tell = |message: String, help: &str| {
                let (kind, path) = (ProblemKind::Suspicious, file.path.clone());
                problems.push(Problem { kind, path, at: Some(comment.at), message, help: help.to_owned() });
            };
            match (comment.skips, blocks.holders(comment.at)) {
                (Err(why), _) => tell(why, comment::HELP),
                (Ok(_), holders) if holders.is_empty() => tell(
                    "the suppression stands outside of every resource and has no effect".to_owned(),
                    "move it into the block of the resource that it is about",
                ),
                (Ok(skips), holders) => holders.into_iter().for_each(|index| {
                    if let Some(resource) = resources.get_mut(index) {
                        resource.skips.extend(skips.iter().cloned());
                    }
                }),
            }
        }
    }
}

/// The blocks of one file, walked through once from its beginning.
struct Blocks<'a> {
    text: &'a str,
    /// In the order of their beginnings, outer ones first.
    spans: &'a [(Span, usize)],
    next: usize,
    /// Blocks that have begun, with the end of their last line.
    open: Vec<(usize, Span, usize)>,
}

impl Blocks<'_> {
    /// The resources whose innermost block holds a comment, else those that begin right below it.
    /// Several when one block made several. Comments have to come in their order.
    fn holders(&mut self, comment: Span) -> Vec<usize> {
        while let Some((span, index)) =
            self.spans.get(self.next).filter(|(span, _)| span.start <= comment.start)
        {
            self.open.push((self.line_end(span.end), *span, *index));
            self.next += 1;
        }
        while self.open.pop_if(|(end, ..)| *end < comment.start as usize).is_some() {}
        if let Some((_, innermost, _)) = self.open.last().copied() {
            let same = self.open.iter().rev().take_while(|(_, span, _)| *span == innermost);
            return same.map(|(.., index)| *index).collect();
        }
        let Some((below, _)) = self.spans.get(self.next).copied() else { return Vec::new() };
        let between = self.text.get(self.line_end(comment.start)..below.start as usize).unwrap_or_default();
        let mut lines = between.lines().map(str::trim).peekable();
        for _ in 0..LINES_ABOVE_MAX {
            let Some(line) = lines.next() else { break };
            // The resource's own line may begin before its block: with indentation, or a quote.
            let is_own = lines.peek().is_none() && !between.ends_with('\n');
            if !is_own && !line.is_empty() && !line.starts_with('#') && !line.starts_with("//") {
                return Vec::new();
            }
        }
        if lines.peek().is_some() {
            return Vec::new();
        }
        let rest = self.spans.get(self.next..).unwrap_or_default().iter();
        rest.take_while(|(span, _)| span.start == below.start).map(|(_, index)| *index).collect()
    }

    fn line_end(&self, offset: u32) -> usize {
        let rest = self.text.get(offset as usize..).unwrap_or_default();
        offset as usize + rest.find('\n').unwrap_or(rest.len())
    }
}

/// Reads the suppressions in a resource's `Metadata`. Returns what is wrong with them.
pub(crate) fn from_metadata(settings: &Value, skips: &mut Vec<Skip>) -> Vec<(Span, String)> {
    let Some(metadata) = settings.get("Metadata") else { return Vec::new() };
    let lists = [
        ("checkov.skip", "comment", SkipOrigin::Checkov),
        ("cfn_nag.rules_to_suppress", "reason", SkipOrigin::CfnNag),
        ("buckler.ignore", "reason", SkipOrigin::Buckler),
    ];
    let mut problems = Vec::new();
    for (path, reason, origin) in lists {
        for item in metadata.path(path).map_or(&[][..], Value::one_or_many) {
            match metadata_skip(item, reason, origin) {
                Ok(skip) => skips.push(skip),
                Err(why) => problems.push((item.at, why)),
            }
        }
    }
    for rule in metadata.path("guard.SuppressedRules").map_or(&[][..], Value::one_or_many) {
        let (at, origin) = (rule.at, SkipOrigin::CfnGuard);
        skips.push(Skip { name: rule.display(), reason: String::new(), until: None, at, origin });
    }
    problems
}

fn metadata_skip(item: &Value, reason: &str, origin: SkipOrigin) -> Result<Skip, String> {
    let id = item.get("id").or_else(|| item.get("Id")).map(Value::display);
    let id = id.ok_or("the suppression names no check (`id`)")?;
    let reason = item.get(reason).map(Value::display).unwrap_or_default();
    if origin == SkipOrigin::Buckler && reason.trim().is_empty() {
        return Err(format!("the suppression of `{id}` gives no reason"));
    }
    let until = item.get("until").map(|until| until.display().parse::<model::Date>()).transpose();
    let until = until.map_err(|error| format!("the suppression of `{id}`: {error}"))?;
    Ok(Skip { name: id, reason, until, at: item.at, origin })
}
