//! Declarations of a document type that give no value (XML 1.0, 3.2, 3.3.1 and 4.7): read only to know where they end and that
//! they are well-formed. What stands in them is not kept.
use super::Fault;
use super::scanner::Scanner;

/// From behind `<!ELEMENT` to behind its `>` (45 to 51).
pub(super) fn element(scanner: &mut Scanner<'_>) -> Result<(), Fault> {
    needed_spaces(scanner)?;
    scanner.name()?;
    needed_spaces(scanner)?;
    if !scanner.eat("EMPTY") && !scanner.eat("ANY") {
        content_model(scanner)?;
    }
    scanner.spaces();
    scanner.expect(">")
}

/// From behind `<!NOTATION` to behind its `>` (82, 83).
pub(super) fn notation(scanner: &mut Scanner<'_>) -> Result<(), Fault> {
    needed_spaces(scanner)?;
    scanner.name()?;
    needed_spaces(scanner)?;
    if scanner.eat("PUBLIC") {
        needed_spaces(scanner)?;
        public_literal(scanner)?;
        // Only here the system's name may be left out.
        if scanner.spaces() && matches!(scanner.peek(), Some(b'"' | b'\'')) {
            scanner.quoted()?;
        }
    } else if !external_id(scanner)? {
        return Err(doctype_or_end(scanner));
    }
    scanner.spaces();
    scanner.expect(">")
}

/// `SYSTEM` or `PUBLIC` with their literals, if they stand here (75).
pub(super) fn external_id(scanner: &mut Scanner<'_>) -> Result<bool, Fault> {
    if scanner.eat("PUBLIC") {
        needed_spaces(scanner)?;
        public_literal(scanner)?;
    } else if !scanner.eat("SYSTEM") {
        return Ok(false);
    }
    needed_spaces(scanner)?;
    scanner.quoted()?;
    Ok(true)
}

/// Values in round brackets with `|` between: names of notations, or any tokens (58, 59).
pub(super) fn enumeration(scanner: &mut Scanner<'_>, is_names: bool) -> Result<(), Fault> {
    scanner.expect("(")?;
    loop {
        scanner.spaces();
        if is_names {
            scanner.name()?;
        } else {
            scanner.token()?;
        }
        scanner.spaces();
        if scanner.eat(")") {
            return Ok(());
        }
        scanner.expect("|")?;
    }
}

pub(super) fn needed_spaces(scanner: &mut Scanner<'_>) -> Result<(), Fault> {
    if scanner.spaces() { Ok(()) } else { Err(doctype_or_end(scanner)) }
}

fn doctype_or_end(scanner: &Scanner<'_>) -> Fault {
    if scanner.is_at_end() { Fault::End } else { Fault::Doctype }
}

/// A literal of the characters that a public identifier may have (12, 13).
fn public_literal(scanner: &mut Scanner<'_>) -> Result<(), Fault> {
    let text = scanner.quoted()?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b" \r\n-'()+,./:=?;!*#@$_%".contains(&byte);
    if text.bytes().all(is_allowed) { Ok(()) } else { Err(Fault::Doctype) }
}

/// What may stand in an element: text and elements, or groups of elements within each other (46 to 51).
fn content_model(scanner: &mut Scanner<'_>) -> Result<(), Fault> {
    scanner.expect("(")?;
    scanner.spaces();
    if scanner.eat("#PCDATA") {
        return mixed(scanner);
    }
    // For each open group the sign between its members, once it is known.
    let mut groups: Vec<Option<u8>> = vec![None];
    loop {
        scanner.spaces();
        if scanner.eat("(") {
            groups.push(None);
            continue;
        }
        scanner.name()?;
        occurrence(scanner);
        scanner.spaces();
        while scanner.eat(")") {
            groups.pop();
            occurrence(scanner);
            if groups.is_empty() {
                return Ok(());
            }
            scanner.spaces();
        }
        let sign = scanner.peek().ok_or(Fault::End)?;
        let group = groups.last_mut().ok_or(Fault::Doctype)?;
        if !matches!(sign, b',' | b'|') || group.is_some_and(|known| known != sign) {
            return Err(Fault::Doctype);
        }
        *group = Some(sign);
        scanner.at += 1;
    }
}

/// From behind `#PCDATA` to the end of the model (51).
fn mixed(scanner: &mut Scanner<'_>) -> Result<(), Fault> {
    let mut has_names = false;
    loop {
        scanner.spaces();
        if scanner.eat(")") {
            let has_star = scanner.eat("*");
            return if has_star || !has_names { Ok(()) } else { Err(Fault::Doctype) };
        }
        scanner.expect("|")?;
        scanner.spaces();
        scanner.name()?;
        has_names = true;
    }
}

fn occurrence(scanner: &mut Scanner<'_>) {
    if matches!(scanner.peek(), Some(b'?' | b'*' | b'+')) {
        scanner.at += 1;
    }
}
