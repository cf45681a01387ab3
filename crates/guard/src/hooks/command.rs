//! Programs that are started: which one, and whether input breaks out of the word that it was meant for.
use super::judge::{Context, Suspicion, part, shown};
use crate::sandbox::ASKING;
use std::ops::Range;

const RULE: &str = "hook-command";
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "busybox"];
/// Programs that take code as an argument, each with the options in front of it.
const INTERPRETERS: &[(&str, &[&str])] = &[
    ("python", &["-c"]),
    ("pypy", &["-c"]),
    ("node", &["-e", "--eval", "-p", "--print", "-pe"]),
    ("deno", &["eval"]),
    ("perl", &["-e", "-E"]),
    ("ruby", &["-e"]),
    ("php", &["-r"]),
    ("lua", &["-e"]),
];
/// Programs that start the one behind them.
const PREFIXES: &[&str] = &[
    "env", "nice", "nohup", "timeout", "sudo", "doas", "stdbuf", "setsid", "xargs", "exec", "command", "time",
];

pub(super) fn judge(
    context: &Context<'_>,
    program: &str,
    argv: &[String],
    text: Option<&str>,
) -> Vec<Suspicion> {
    let mut found = Vec::new();
    if let Some(text) = text {
        shell(context, text, &mut found);
        return found;
    }
    let first = argv.first().map_or(program, String::as_str);
    let started = if program.is_empty() { first } else { program };
    let offset = argv
        .iter()
        .take_while(|word| {
            PREFIXES.contains(&base(word)) || word.contains('=') || word.starts_with('-') || is_number(word)
        })
        .count();
    let real = argv.get(offset).filter(|_| offset > 0 && PREFIXES.contains(&base(first)));
    let name = base(real.map_or(started, String::as_str));
    chosen(context, started, &mut found);
    if let Some(real) = real {
        chosen(context, real, &mut found);
    }
    let code_at =
        |options: &[&str]| argv.iter().position(|word| options.contains(&word.as_str())).map(|at| at + 1);
    let is_shell = SHELLS.contains(&name);
    let shell_at = argv
        .iter()
        .position(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))
        .map(|at| at + 1)
        .filter(|_| is_shell);
    let interpreted = INTERPRETERS.iter().find(|(known, _)| {
        name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.') == *known
    });
    let eval_at = interpreted.and_then(|(_, options)| code_at(options));
    let mut options_end = false;
    for (position, argument) in argv.iter().enumerate().skip(1) {
        if Some(position) == shell_at {
            shell(context, argument, &mut found);
        } else if Some(position) == eval_at {
            found.extend(super::code::judge(context, argument));
        } else if !options_end {
            option(context, argument, &mut found);
        }
        options_end |= argument == "--";
    }
    declared(context, started, &mut found);
    found
}

/// The last part of a path.
fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    digits.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b':' | b'e' | b'E'))
}

/// Whether the policy's list holds a program; nothing where there is no list.
fn listed(context: &Context<'_>, program: &str) -> Option<bool> {
    let allowed = context.policy.programs.allowed.as_ref()?;
    Some(allowed.iter().any(|known| known == program || (!known.contains('/') && known == base(program))))
}

/// A program that no list of the policy holds.
fn declared(context: &Context<'_>, program: &str, found: &mut Vec<Suspicion>) {
    let fact = ("program", program);
    match listed(context, program) {
        Some(true) => {}
        _ if ASKING.contains(&program.strip_prefix("/sbin/").unwrap_or(program)) => {}
        Some(false) => {
            let reason = format!("the policy does not let this function start `{}`", shown(program));
            found.push(Suspicion::undeclared("hook-program", reason, fact));
        }
        None => {
            let reason = format!("the function started `{}` for the first time", shown(program));
            found.push(Suspicion::new_to_us("hook-program", reason, fact));
        }
    }
}

/// A program that the event names.
fn chosen(context: &Context<'_>, program: &str, found: &mut Vec<Suspicion>) {
    if listed(context, program) == Some(true) {
        return;
    }
    let name_at = program.len() - base(program).len();
    let covers = |range: &Range<usize>| range.start <= name_at && range.end == program.len();
    if let Some(range) = context.inputs.ranges(program.as_bytes()).iter().find(|range| covers(range)) {
        found.push(Suspicion::attack(RULE, "input names the program that is started", &part(program, range)));
    }
}

/// An argument that input makes an option.
fn option(context: &Context<'_>, argument: &str, found: &mut Vec<Suspicion>) {
    if !argument.starts_with('-') || argument.len() < 2 || is_number(argument) {
        return;
    }
    if let Some(range) =
        context.inputs.ranges(argument.as_bytes()).first().filter(|range| range.start == 0 && range.end >= 2)
    {
        found.push(Suspicion::attack(RULE, "input becomes an option of the program", &part(argument, range)));
    }
}

/// How the shell reads one byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Quote {
    None,
    Single,
    Double,
    /// Behind a backslash.
    Escaped,
    Comment,
}

/// A word of a shell command.
struct Word {
    range: Range<usize>,
    /// It names a program.
    command: bool,
    /// A `--` stands in front of it.
    after_end: bool,
}

/// A shell command as the shell reads it (POSIX 2.3, as far as words and quotes go).
struct Shell {
    quotes: Vec<Quote>,
    words: Vec<Word>,
}

const KEYWORDS: &[&str] = &["if", "then", "else", "elif", "do", "while", "until", "!", "{", "time"];

impl Shell {
    fn read(text: &str) -> Self {
        let mut shell = Self { quotes: Vec::with_capacity(text.len()), words: Vec::new() };
        let mut quote = Quote::None;
        let mut start: Option<usize> = None;
        let (mut expects_command, mut after_end) = (true, false);
        for (at, byte) in text.bytes().enumerate() {
            let before = quote;
            quote = match (quote, byte) {
                (Quote::Escaped, _) => Quote::None,
                (Quote::None, b'\\') => Quote::Escaped,
                (Quote::None, b'\'') => Quote::Single,
                (Quote::None, b'"') => Quote::Double,
                (Quote::None, b'#') if start.is_none() => Quote::Comment,
                (Quote::Comment, b'\n') | (Quote::Single, b'\'') => Quote::None,
                (Quote::Double, b'"') if !escaped(text, at) => Quote::None,
                (same, _) => same,
            };
            shell.quotes.push(before);
            let is_break = before == Quote::None
                && matches!(
                    byte,
                    b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' | b'`'
                );
            if !is_break {
                if before != Quote::Comment && quote != Quote::Comment {
                    start.get_or_insert(at);
                }
                continue;
            }
            if let Some(start) = start.take() {
                (expects_command, after_end) = shell.word(text, start..at, expects_command, after_end);
            }
            if !matches!(byte, b' ' | b'\t' | b'<' | b'>') {
                (expects_command, after_end) = (true, false);
            }
        }
        if let Some(start) = start {
            shell.word(text, start..text.len(), expects_command, after_end);
        }
        shell
    }

    /// Keeps a word, and says whether a program's name comes next and whether options have ended.
    fn word(&mut self, text: &str, range: Range<usize>, command: bool, after_end: bool) -> (bool, bool) {
        let word = part(text, &range);
        let assigns = word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
        });
        self.words.push(Word { range, command: command && !assigns, after_end });
        let goes_on =
            command && (assigns || KEYWORDS.contains(&word.as_str()) || PREFIXES.contains(&base(&word)));
        (goes_on, after_end || word == "--")
    }

    fn quote(&self, at: usize) -> Quote {
        self.quotes.get(at).copied().unwrap_or(Quote::None)
    }
}

/// An odd number of backslashes stands in front.
fn escaped(text: &str, at: usize) -> bool {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

fn shell(context: &Context<'_>, text: &str, found: &mut Vec<Suspicion>) {
    let shell = Shell::read(text);
    for word in shell.words.iter().filter(|word| word.command) {
        let name = part(text, &word.range);
        let name = name.trim_matches(['"', '\'']);
        if !KEYWORDS.contains(&name) {
            declared(context, name, found);
        }
    }
    for range in context.inputs.ranges(text.as_bytes()) {
        if let Some(reason) = broken(context, text, &shell, &range) {
            found.push(Suspicion::attack(RULE, reason, &part(text, &range)));
        }
    }
    // A declared program is no answer to input that breaks out: that comes first.
    let (first, others): (Vec<_>, Vec<_>) = found.drain(..).partition(|suspicion| suspicion.rule == RULE);
    found.extend(first.into_iter().chain(others));
}

/// How a range of input changes the command, if it does.
fn broken(context: &Context<'_>, text: &str, shell: &Shell, range: &Range<usize>) -> Option<&'static str> {
    let mut range = range.clone();
    let mut quote = shell.quote(range.start);
    if let (Quote::None, Some(opening @ (b'\'' | b'"'))) = (quote, text.as_bytes().get(range.start)) {
        // A quote of the application's own may look as one of the input's; what comes behind it decides.
        quote = if *opening == b'"' { Quote::Double } else { Quote::Single };
        range.start += 1;
    }
    let input = text.as_bytes().get(range.clone())?;
    let expands = |at: usize| {
        let next = input.get(at + 1).copied().unwrap_or(b' ');
        next.is_ascii_alphabetic()
            || matches!(next, b'_' | b'(' | b'{' | b'\'' | b'"' | b'@' | b'*' | b'#' | b'?' | b'!' | b'$')
    };
    let plain = is_plain(input);
    for (at, &byte) in input.iter().enumerate() {
        let breaks = match quote {
            Quote::Single => byte == b'\'',
            Quote::Double => matches!(byte, b'"' | b'`' | b'\\') || byte == b'$' && expands(at),
            Quote::Comment => byte == b'\n',
            Quote::None | Quote::Escaped => {
                byte.is_ascii_whitespace() && !(byte == b' ' && plain)
                    || matches!(
                        byte,
                        b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' | b'`' | b'\'' | b'"' | b'\\'
                    )
                    || matches!(byte, b'*' | b'?' | b'[') && !in_address(text, shell, range.start + at)
                    || byte == b'$' && expands(at)
                    || matches!(byte, b'~' | b'#') && at == 0 && starts_word(shell, range.start)
                    || byte == b'{' && input.contains(&b',')
            }
        };
        if breaks && input.len() > 1 {
            return Some(match quote {
                Quote::Single | Quote::Double => "input breaks out of the quotes of a shell command",
                _ => "input brings words or operators of its own into a shell command",
            });
        }
    }
    let word = shell.words.iter().find(|word| word.range.contains(&range.start))?;
    let opens = word.range.start == range.start
        || (word.range.start + 1 == range.start
            && matches!(shell.quote(range.start), Quote::Single | Quote::Double));
    let reaches = range.end + 1 >= word.range.end;
    if word.command && opens && reaches && listed(context, &part(text, &range)) != Some(true) {
        return Some("input names the program that a shell starts");
    }
    let is_option = input.len() > 1 && input.first() == Some(&b'-') && !is_number(&part(text, &range));
    if opens && is_option && !word.after_end {
        return Some("input becomes an option of a program in a shell command");
    }
    None
}

/// Words such as a file's name has (`holiday photo 2.png`): as arguments of their own they are no option, no path and no
/// assignment, so all that they can do is to be a few arguments instead of one.
fn is_plain(input: &[u8]) -> bool {
    input.split(|byte| *byte == b' ').all(|word| {
        let is_word =
            |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"._-+,@%:".contains(byte);
        word.iter().all(is_word) && word.first() != Some(&b'-') && word != b".." && word != b"."
    })
}

/// Whether a place stands in an address behind its scheme. As a pattern of files it fits none: no folder is called `https:`.
fn in_address(text: &str, shell: &Shell, at: usize) -> bool {
    let word = shell.words.iter().find(|word| word.range.contains(&at));
    let before = word.and_then(|word| text.get(word.range.start..at));
    before.and_then(|before| before.split_once("://")).is_some_and(|(scheme, _)| {
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
    })
}

fn starts_word(shell: &Shell, at: usize) -> bool {
    shell.words.iter().any(|word| word.range.start == at)
}
