//! The document type declaration: entities and default attributes of its internal subset (XML 1.0, 2.8 to 4.2).
use super::Fault;
use super::declaration::{element, enumeration, external_id, needed_spaces, notation};
use super::scanner::{Reference, Scanner, check, predefined};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Dtd {
    pub(super) entities: BTreeMap<String, Entity>,
    /// Element, attribute: default value and whether white space is collapsed.
    pub(super) attributes: BTreeMap<String, Vec<Attribute>>,
    /// Whether parts of it stand outside the document: then an entity that is not known is no error.
    pub(super) is_open: bool,
    /// The document says that nothing outside of it matters: then it is one all the same.
    pub(super) is_standalone: bool,
    pub(super) entity_count: usize,
}

#[derive(Clone)]
pub(super) enum Entity {
    /// Its replacement text.
    Text(String),
    /// It stands outside the document.
    External,
    /// It is no XML (`NDATA`): nothing may refer to it in text.
    Unparsed,
}

pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) default: Option<String>,
    /// Every type but `CDATA` (XML 1.0, 3.3.3).
    pub(super) collapses: bool,
}

impl Dtd {
    /// Reads from behind `<!DOCTYPE` to behind its `>`.
    pub(super) fn read(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Fault> {
        needed_spaces(scanner)?;
        scanner.name()?;
        if scanner.spaces() && external_id(scanner)? {
            self.is_open = true;
        }
        scanner.spaces();
        if scanner.eat("[") {
            self.subset(scanner)?;
            scanner.spaces();
        }
        scanner.expect(">")
    }

    fn subset(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Fault> {
        loop {
            scanner.spaces();
            if scanner.eat("]") {
                return Ok(());
            } else if scanner.eat("<!--") {
                comment(scanner)?;
            } else if scanner.eat("<?") {
                instruction(scanner)?;
            } else if scanner.eat("<!ENTITY") {
                self.entity(scanner)?;
            } else if scanner.eat("<!ATTLIST") {
                self.attribute_list(scanner)?;
            } else if scanner.eat("<!ELEMENT") {
                element(scanner)?;
            } else if scanner.eat("<!NOTATION") {
                notation(scanner)?;
            } else if scanner.eat("%") {
                scanner.name()?;
                scanner.expect(";")?;
                self.is_open = true;
            } else {
                return Err(if scanner.is_at_end() { Fault::End } else { Fault::Doctype });
            }
        }
    }

    fn entity(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Fault> {
        let spaced = scanner.spaces();
        let is_parameter = scanner.eat("%");
        if !spaced || is_parameter && !scanner.spaces() {
            return Err(Fault::Doctype);
        }
        let name = scanner.name()?;
        if !scanner.spaces() {
            return Err(Fault::Doctype);
        }
        let value = if external_id(scanner)? {
            let spaced = scanner.spaces();
            if !is_parameter && spaced && scanner.eat("NDATA") {
                needed_spaces(scanner)?;
                scanner.name()?;
                Entity::Unparsed
            } else {
                Entity::External
            }
        } else {
            Entity::Text(entity_value(scanner.quoted()?)?)
        };
        scanner.spaces();
        scanner.expect(">")?;
        self.entity_count += 1;
        if !is_parameter {
            // The first declaration counts.
            self.entities.entry(name.to_owned()).or_insert(value);
        }
        Ok(())
    }

    fn attribute_list(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Fault> {
        needed_spaces(scanner)?;
        let element = scanner.name()?;
        loop {
            let spaced = scanner.spaces();
            if scanner.eat(">") {
                return Ok(());
            }
            if !spaced {
                return Err(if scanner.is_at_end() { Fault::End } else { Fault::Doctype });
            }
            let name = scanner.name()?;
            needed_spaces(scanner)?;
            let collapses = attribute_type(scanner)?;
            needed_spaces(scanner)?;
            let default = if scanner.eat("#REQUIRED") || scanner.eat("#IMPLIED") {
                None
            } else {
                if scanner.eat("#FIXED") {
                    needed_spaces(scanner)?;
                }
                let value = scanner.quoted()?;
                self.check_default(value)?;
                Some(value.to_owned())
            };
            let attributes = self.attributes.entry(element.to_owned()).or_default();
            if !attributes.iter().take(ATTRIBUTES_COMPARED_MAX).any(|known| known.name == name) {
                attributes.push(Attribute { name: name.to_owned(), default, collapses });
            }
        }
    }

    /// A default value refers to nothing that is not declared before it (XML 1.0, 4.1).
    fn check_default(&self, value: &str) -> Result<(), Fault> {
        check(value)?;
        if value.contains('<') {
            return Err(Fault::Less);
        }
        let mut scanner = Scanner::new(value);
        while let Some(plain) = scanner.rest().find('&') {
            scanner.at += plain + 1;
            let Reference::Entity(name) = scanner.reference()? else { continue };
            match self.entities.get(name) {
                Some(Entity::External | Entity::Unparsed) => return Err(Fault::External(name.to_owned())),
                None if predefined(name).is_none() && !self.is_unknown_allowed() => {
                    return Err(Fault::Entity(name.to_owned()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether an entity may be declared where nobody looks.
    pub(super) fn is_unknown_allowed(&self) -> bool {
        self.is_open && !self.is_standalone
    }
}

/// Declared attributes of one element that are compared with a new one: a longer list would cost its square.
const ATTRIBUTES_COMPARED_MAX: usize = 100;

/// Says whether a white space collapses in values of the type that stands here.
fn attribute_type(scanner: &mut Scanner<'_>) -> Result<bool, Fault> {
    if scanner.eat("NOTATION") {
        needed_spaces(scanner)?;
        return enumeration(scanner, true).map(|()| true);
    }
    if scanner.peek() == Some(b'(') {
        return enumeration(scanner, false).map(|()| true);
    }
    match scanner.name()? {
        "CDATA" => Ok(false),
        "ID" | "IDREF" | "IDREFS" | "ENTITY" | "ENTITIES" | "NMTOKEN" | "NMTOKENS" => Ok(true),
        _ => Err(Fault::Doctype),
    }
}

/// The replacement text of a literal: its character references are resolved, its entities are not (XML 1.0, 4.5).
fn entity_value(literal: &str) -> Result<String, Fault> {
    check(literal)?;
    let mut value = String::with_capacity(literal.len());
    let mut scanner = Scanner::new(literal);
    while let Some(plain) = scanner.rest().find(['&', '%']) {
        value.push_str(scanner.rest().get(..plain).unwrap_or_default());
        scanner.at += plain;
        if scanner.eat("%") {
            return Err(Fault::Doctype);
        }
        scanner.eat("&");
        match scanner.reference()? {
            Reference::Char(char) => value.push(char),
            Reference::Entity(name) => {
                value.push('&');
                value.push_str(name);
                value.push(';');
            }
        }
    }
    value.push_str(scanner.rest());
    Ok(value.replace("\r\n", "\n").replace('\r', "\n"))
}

/// From behind `<!--` to behind `-->`.
pub(super) fn comment(scanner: &mut Scanner<'_>) -> Result<(), Fault> {
    let text = scanner.until("--")?;
    check(text)?;
    if scanner.eat(">") {
        return Ok(());
    }
    Err(if scanner.is_at_end() { Fault::End } else { Fault::Comment })
}

/// From behind `<?` to behind `?>`.
pub(super) fn instruction(scanner: &mut Scanner<'_>) -> Result<(), Fault> {
    let name = scanner.name()?;
    if name.eq_ignore_ascii_case("xml") {
        return Err(Fault::Reserved);
    }
    if scanner.eat("?>") {
        return Ok(());
    }
    if !scanner.spaces() {
        return Err(Fault::Expected("?>"));
    }
    check(scanner.until("?>")?)
}
