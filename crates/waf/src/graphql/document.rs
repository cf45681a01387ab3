//! The syntax tree of an executable document (October 2021, section 2; descriptions as in September 2025).
use super::lexer::{Lexer, Token};
use super::{Bounds, GraphQlError, NESTING_MAX};

#[derive(Debug, Default)]
pub(super) struct Document<'t> {
    pub(super) operations: Vec<Operation<'t>>,
    pub(super) fragments: Vec<Fragment<'t>>,
}

#[derive(Debug)]
pub(super) struct Operation<'t> {
    /// `query`, `mutation` or `subscription`
    pub(super) kind: &'t str,
    /// Default values of its variables.
    pub(super) defaults: Vec<(&'t str, Data<'t>)>,
    pub(super) directives: Vec<Directive<'t>>,
    pub(super) selections: Vec<Selection<'t>>,
}

#[derive(Debug)]
pub(super) struct Fragment<'t> {
    pub(super) name: &'t str,
    pub(super) directives: Vec<Directive<'t>>,
    pub(super) selections: Vec<Selection<'t>>,
}

#[derive(Debug)]
pub(super) struct Directive<'t> {
    pub(super) name: &'t str,
    pub(super) arguments: Vec<(&'t str, Data<'t>)>,
}

#[derive(Debug)]
pub(super) enum Selection<'t> {
    Field(Field<'t>),
    Spread { name: &'t str, directives: Vec<Directive<'t>> },
    Inline { directives: Vec<Directive<'t>>, selections: Vec<Selection<'t>> },
}

#[derive(Debug)]
pub(super) struct Field<'t> {
    pub(super) alias: Option<&'t str>,
    pub(super) name: &'t str,
    pub(super) arguments: Vec<(&'t str, Data<'t>)>,
    pub(super) directives: Vec<Directive<'t>>,
    pub(super) selections: Vec<Selection<'t>>,
}

/// A value as it is written.
#[derive(Debug)]
pub(super) enum Data<'t> {
    Variable(&'t str),
    /// Numbers, enum values, `true`, `false` and `null`.
    Word(&'t str),
    Text(&'t str),
    Block(&'t str),
    List(Vec<Data<'t>>),
    Object(Vec<(&'t str, Data<'t>)>),
}

impl<'t> Document<'t> {
    pub(super) fn read(text: &'t str, bounds: &Bounds) -> Result<Self, GraphQlError> {
        let nesting_max = bounds.nesting_max.min(NESTING_MAX);
        let mut lexer = Lexer::new(text, bounds.tokens_max);
        let token = lexer.next()?;
        let mut parser = Parser { lexer, token, at: 0, nesting: 0, nesting_max };
        let mut document = Self::default();
        while parser.token != Token::End {
            parser.definition(&mut document)?;
        }
        if document.operations.is_empty() && document.fragments.is_empty() {
            return parser.error("an operation");
        }
        Ok(document)
    }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token<'t>,
    /// Where the token before this one ends.
    at: usize,
    nesting: usize,
    nesting_max: usize,
}

impl<'t> Parser<'t> {
    fn definition(&mut self, document: &mut Document<'t>) -> Result<(), GraphQlError> {
        // What is described has a name: a document that begins with `{` has no place for one (September 2025, section 2.2).
        if self.description()? && self.token == Token::Sign(b'{') {
            return self.error("an operation or a fragment");
        }
        match self.token {
            Token::Sign(b'{') => {
                let selections = self.selections()?;
                document.operations.push(Operation {
                    kind: "query",
                    defaults: Vec::new(),
                    directives: Vec::new(),
                    selections,
                });
            }
            Token::Name(kind @ ("query" | "mutation" | "subscription")) => {
                self.step()?;
                if let Token::Name(_) = self.token {
                    self.step()?;
                }
                let defaults = self.variables()?;
                let directives = self.directives()?;
                let selections = self.selections()?;
                document.operations.push(Operation { kind, defaults, directives, selections });
            }
            Token::Name("fragment") => {
                self.step()?;
                let name = self.name()?;
                if name == "on" {
                    return self.error("the name of a fragment");
                }
                self.word("on")?;
                self.name()?;
                let directives = self.directives()?;
                let selections = self.selections()?;
                document.fragments.push(Fragment { name, directives, selections });
            }
            _ => return self.error("an operation or a fragment"),
        }
        Ok(())
    }

    fn variables(&mut self) -> Result<Vec<(&'t str, Data<'t>)>, GraphQlError> {
        let mut defaults = Vec::new();
        if !self.take(b'(')? {
            return Ok(defaults);
        }
        loop {
            self.description()?;
            self.sign(b'$', "$")?;
            let name = self.name()?;
            self.sign(b':', ":")?;
            self.type_reference()?;
            if self.take(b'=')? {
                defaults.push((name, self.value()?));
            }
            self.directives()?;
            if self.take(b')')? {
                return Ok(defaults);
            }
        }
    }

    /// Goes over a text for people, which no server runs; says whether there was one.
    fn description(&mut self) -> Result<bool, GraphQlError> {
        let found = matches!(self.token, Token::Text(_) | Token::Block(_));
        if found {
            self.step()?;
        }
        Ok(found)
    }

    fn type_reference(&mut self) -> Result<(), GraphQlError> {
        let mut lists = 0;
        while self.take(b'[')? {
            lists += 1;
        }
        self.name()?;
        self.take(b'!')?;
        for _ in 0..lists {
            self.sign(b']', "]")?;
            self.take(b'!')?;
        }
        Ok(())
    }

    fn selections(&mut self) -> Result<Vec<Selection<'t>>, GraphQlError> {
        self.sign(b'{', "{")?;
        self.enter()?;
        let mut selections = Vec::new();
        loop {
            selections.push(if self.take(b'.')? { self.spread()? } else { Selection::Field(self.field()?) });
            if self.take(b'}')? {
                self.nesting -= 1;
                return Ok(selections);
            }
        }
    }

    fn spread(&mut self) -> Result<Selection<'t>, GraphQlError> {
        if let Token::Name(name) = self.token
            && name != "on"
        {
            self.step()?;
            return Ok(Selection::Spread { name, directives: self.directives()? });
        }
        if self.token == Token::Name("on") {
            self.step()?;
            self.name()?;
        }
        let directives = self.directives()?;
        Ok(Selection::Inline { directives, selections: self.selections()? })
    }

    fn field(&mut self) -> Result<Field<'t>, GraphQlError> {
        let first = self.name()?;
        let (alias, name) = if self.take(b':')? { (Some(first), self.name()?) } else { (None, first) };
        let arguments = self.arguments()?;
        let directives = self.directives()?;
        let selections = if self.token == Token::Sign(b'{') { self.selections()? } else { Vec::new() };
        Ok(Field { alias, name, arguments, directives, selections })
    }

    fn arguments(&mut self) -> Result<Vec<(&'t str, Data<'t>)>, GraphQlError> {
        let mut arguments = Vec::new();
        if !self.take(b'(')? {
            return Ok(arguments);
        }
        loop {
            let name = self.name()?;
            self.sign(b':', ":")?;
            arguments.push((name, self.value()?));
            if self.take(b')')? {
                return Ok(arguments);
            }
        }
    }

    fn directives(&mut self) -> Result<Vec<Directive<'t>>, GraphQlError> {
        let mut directives = Vec::new();
        while self.take(b'@')? {
            let name = self.name()?;
            directives.push(Directive { name, arguments: self.arguments()? });
        }
        Ok(directives)
    }

    fn value(&mut self) -> Result<Data<'t>, GraphQlError> {
        let value = match self.token {
            Token::Sign(b'$') => {
                self.step()?;
                return Ok(Data::Variable(self.name()?));
            }
            Token::Name(word) | Token::Number(word) => Data::Word(word),
            Token::Text(text) => Data::Text(text),
            Token::Block(text) => Data::Block(text),
            Token::Sign(b'[') => return self.list(),
            Token::Sign(b'{') => return self.object(),
            Token::Sign(_) | Token::End => return self.error("a value"),
        };
        self.step()?;
        Ok(value)
    }

    fn list(&mut self) -> Result<Data<'t>, GraphQlError> {
        self.step()?;
        self.enter()?;
        let mut values = Vec::new();
        while !self.take(b']')? {
            values.push(self.value()?);
        }
        self.nesting -= 1;
        Ok(Data::List(values))
    }

    fn object(&mut self) -> Result<Data<'t>, GraphQlError> {
        self.step()?;
        self.enter()?;
        let mut fields = Vec::new();
        while !self.take(b'}')? {
            let name = self.name()?;
            self.sign(b':', ":")?;
            fields.push((name, self.value()?));
        }
        self.nesting -= 1;
        Ok(Data::Object(fields))
    }

    fn enter(&mut self) -> Result<(), GraphQlError> {
        self.nesting += 1;
        if self.nesting > self.nesting_max {
            Err(GraphQlError::Nesting { max: self.nesting_max })
        } else {
            Ok(())
        }
    }

    fn step(&mut self) -> Result<(), GraphQlError> {
        self.at = self.lexer.at();
        self.token = self.lexer.next()?;
        Ok(())
    }

    fn take(&mut self, sign: u8) -> Result<bool, GraphQlError> {
        let found = self.token == Token::Sign(sign);
        if found {
            self.step()?;
        }
        Ok(found)
    }

    fn sign(&mut self, sign: u8, expected: &'static str) -> Result<(), GraphQlError> {
        if self.take(sign)? { Ok(()) } else { self.error(expected) }
    }

    fn name(&mut self) -> Result<&'t str, GraphQlError> {
        let Token::Name(name) = self.token else { return self.error("a name") };
        self.step()?;
        Ok(name)
    }

    fn word(&mut self, word: &'static str) -> Result<(), GraphQlError> {
        if self.token != Token::Name(word) {
            return self.error(word);
        }
        self.step()
    }

    fn error<T>(&self, expected: &'static str) -> Result<T, GraphQlError> {
        Err(GraphQlError::Syntax { expected, at: self.at })
    }
}
