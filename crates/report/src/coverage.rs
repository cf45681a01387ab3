//! How much of the functions' code was read: said in every report, since code that nobody looked at
//! is no code without weaknesses.
use std::collections::{BTreeMap, BTreeSet};

use model::{Coverage, FunctionCode, Language, Node};

use crate::Scan;
use crate::scan::plural;

/// The code of one function.
pub(crate) struct Covered<'a> {
    /// Index of the application.
    pub(crate) app: usize,
    pub(crate) function: &'a Node,
    pub(crate) code: &'a FunctionCode,
}

/// Functions whose code was not read, or not all of it, for the same reason.
pub(crate) struct Gap<'a> {
    /// Whether nothing of it was read.
    pub(crate) whole: bool,
    pub(crate) language: Language,
    pub(crate) why: &'a str,
    /// Their names, in the order of the applications.
    pub(crate) functions: Vec<&'a str>,
}

/// Every function whose code was looked for, application by application.
pub(crate) fn covered<'a>(scan: &Scan<'a>) -> Vec<Covered<'a>> {
    let apps = scan.project.apps.iter().enumerate();
    apps.flat_map(|(index, app)| {
        app.code.iter().filter_map(move |code| {
            let function = app.node(code.function)?;
            Some(Covered { app: index, function, code })
        })
    })
    .collect()
}

/// `whole`, `partial` or `none`, and why it is not whole.
pub(crate) fn words(coverage: &Coverage) -> (&'static str, Option<&str>) {
    match coverage {
        Coverage::Whole => ("whole", None),
        Coverage::Partial(why) => ("partial", Some(why)),
        Coverage::None(why) => ("none", Some(why)),
    }
}

/// What is missing, code that was not read at all first.
pub(crate) fn gaps<'a>(covered: &[Covered<'a>]) -> Vec<Gap<'a>> {
    let mut gaps: BTreeMap<(bool, Language, &str), Vec<&str>> = BTreeMap::new();
    for one in covered {
        let (whole, why) = match &one.code.coverage {
            Coverage::Whole => continue,
            Coverage::Partial(why) => (false, why),
            Coverage::None(why) => (true, why),
        };
        let functions = gaps.entry((!whole, one.code.language, why)).or_default();
        functions.push(&one.function.name);
    }
    let gaps = gaps.into_iter();
    gaps.map(|((part, language, why), functions)| Gap { whole: !part, language, why, functions }).collect()
}

/// `24 functions read, 2 in part, 3 not (Go, Java)`; `None` when there is no code to read.
pub(crate) fn sentence(covered: &[Covered<'_>]) -> Option<String> {
    if covered.is_empty() {
        return None;
    }
    let (mut whole, mut part, mut none) = (0, 0, 0);
    let mut unread = BTreeSet::new();
    for one in covered {
        match one.code.coverage {
            Coverage::Whole => whole += 1,
            Coverage::Partial(_) => part += 1,
            Coverage::None(_) => {
                none += 1;
                unread.insert(one.code.language);
            }
        }
    }
    let mut text = format!("{} read", plural(whole, "function"));
    if part > 0 {
        text.push_str(&format!(", {part} in part"));
    }
    if none > 0 {
        let languages: Vec<&str> = unread.into_iter().map(Language::as_str).collect();
        text.push_str(&format!(", {none} not ({})", languages.join(", ")));
    }
    Some(text)
}
