//! Abstract values: what is known of a value without running the program.
use std::rc::Rc;
use std::sync::Arc;

use model::{Data, SinkKind, Span};

use crate::ir::{Const, FunctionId, Module, Name};
use crate::taint::{Kinds, Mark, StepKind, Taint};

/// Index of an object of [`super::heap::Heap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectId(pub u32);

/// Index of a scope of the interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ScopeId(pub u32);

/// What is known of a value, and who chose it.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub shape: Shape,
    pub taint: Taint,
}

/// What is known of a value.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Unknown,
    Const(Const),
    /// A text of which some parts are known.
    Text(Rc<[Piece]>),
    /// An object, dictionary, list, instance, class or module namespace.
    Object(ObjectId),
    Function(Rc<Closure>),
    /// Something of somebody else's module.
    Extern(Rc<Extern>),
    /// A part of the event.
    Event(Rc<EventPart>),
    /// What the template says: a resource, an attribute of one, a joined text.
    Data(Rc<Data>),
    /// A method that was read and not called yet.
    Bound(Rc<Bound>),
    /// The function that settles a promise: what it is called with is put into the object.
    Settle(ObjectId),
    OneOf(Rc<[Value]>),
}

/// A part of a text.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// `None` when it is not known.
    pub text: Option<Name>,
    /// A part that the template knows.
    pub data: Option<Rc<Data>>,
    pub taint: Taint,
}

/// A function of the application with the scope it was made in.
#[derive(Debug)]
pub(crate) struct Closure {
    pub module: Arc<Module>,
    pub function: FunctionId,
    pub scope: ScopeId,
    /// `this` or `self`, when it is bound.
    pub this: Option<Value>,
    /// Arguments that come before those of the call.
    pub first: Vec<Value>,
}

/// A value of somebody else's module, by how one gets there.
#[derive(Debug, Clone)]
pub(crate) struct Extern {
    /// `boto3.client().put_object`.
    pub path: Arc<str>,
    /// The same with constant first arguments: `boto3.client(s3).put_object`.
    pub keyed: Arc<str>,
    /// Of the call that made it.
    pub arguments: Rc<[Passed]>,
    /// The result of the call that it is a member of, when it is one.
    pub before: Option<Rc<Self>>,
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub(crate) struct Passed {
    pub name: Option<Name>,
    pub value: Value,
    pub at: Span,
    /// More arguments, nobody knows how many: `*values`.
    pub is_spread: bool,
}

/// A part of the event that starts the function, by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventPart {
    /// `event`, `request`.
    pub root: Name,
    /// Keys from the root; `[]` for any element.
    pub path: Vec<Name>,
}

/// A receiver and the name that was read of it.
#[derive(Debug)]
pub(crate) struct Bound {
    pub receiver: Value,
    pub name: Name,
}

/// Alternatives past this are one unknown value.
const ALTERNATIVES_MAX: usize = 6;
/// The same for constants.
const CONSTANTS_MAX: usize = 32;
/// Longest text that is put together, in bytes.
const TEXT_BYTES_MAX: usize = 4 << 10;
/// Longest path of a value of others, in bytes: what is further in has the same.
const PATH_BYTES_MAX: usize = 1_000;
/// Pieces of a text past this are one piece.
pub(crate) const PIECES_MAX: usize = 24;

impl Value {
    pub(crate) const UNKNOWN: Self = Self { shape: Shape::Unknown, taint: Taint::NONE };

    pub(crate) fn of(shape: Shape) -> Self {
        Self { shape, taint: Taint::NONE }
    }

    pub(crate) fn unknown(taint: Taint) -> Self {
        Self { shape: Shape::Unknown, taint }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::of(Shape::Const(Const::Text(text.into())))
    }

    pub(crate) fn external(path: &str) -> Self {
        Self::of(Shape::Extern(Rc::new(Extern::named(path))))
    }

    pub(crate) fn with(self, taint: Taint) -> Self {
        Self { taint, ..self }
    }

    /// The text, when all of it is known.
    pub(crate) fn as_text(&self) -> Option<&Name> {
        match &self.shape {
            Shape::Const(Const::Text(text) | Const::Bytes(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match &self.shape {
            Shape::Const(Const::Bool(flag)) => Some(*flag),
            Shape::Const(Const::Null | Const::Undefined) => Some(false),
            _ => None,
        }
    }

    pub(crate) fn as_extern(&self) -> Option<&Rc<Extern>> {
        match &self.shape {
            Shape::Extern(known) => Some(known),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<ObjectId> {
        match self.shape {
            Shape::Object(id) => Some(id),
            _ => None,
        }
    }

    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self.shape, Shape::Const(Const::Null | Const::Undefined))
    }

    /// The alternatives, itself when it is one.
    pub(crate) fn each(&self) -> &[Self] {
        match &self.shape {
            Shape::OneOf(values) => values,
            _ => std::slice::from_ref(self),
        }
    }

    /// The pieces of a text; what is no text is one unknown piece.
    pub(crate) fn pieces(&self) -> Vec<Piece> {
        match &self.shape {
            Shape::Text(pieces) => pieces.to_vec(),
            Shape::Const(Const::Text(text) | Const::Bytes(text)) => {
                vec![Piece { text: Some(Arc::clone(text)), data: None, taint: self.taint.clone() }]
            }
            Shape::Const(Const::Int(number)) => {
                vec![Piece { text: Some(number.to_string().into()), data: None, taint: Taint::NONE }]
            }
            Shape::Data(data) => {
                vec![Piece { text: None, data: Some(Rc::clone(data)), taint: self.taint.clone() }]
            }
            _ => vec![Piece { text: None, data: None, taint: self.taint.flattened() }],
        }
    }

    /// One text of many pieces, known neighbours joined.
    pub(crate) fn from_pieces(pieces: Vec<Piece>) -> Self {
        let words: usize = pieces.iter().map(Piece::words).sum();
        let pieces = if words >= WORDS_OF_A_SENTENCE { as_instructions(pieces) } else { pieces };
        let taint = pieces.iter().fold(Taint::NONE, |sum, piece| sum.join(&piece.taint));
        let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len().min(PIECES_MAX));
        for piece in pieces {
            let has_room = joined.len() < PIECES_MAX;
            match (joined.last_mut(), &piece.text) {
                (Some(Piece { text: Some(before), taint, .. }), Some(text))
                    if taint.is_none()
                        && piece.taint.is_none()
                        && before.len() + text.len() <= TEXT_BYTES_MAX =>
                {
                    *before = format!("{before}{text}").into();
                }
                _ if has_room => joined.push(piece),
                (Some(last), _) => *last = Piece { text: None, data: None, taint: taint.clone() },
                (None, _) => {}
            }
        }
        match joined.as_slice() {
            [] => Self::text(""),
            [Piece { text: Some(text), .. }] => {
                Self { shape: Shape::Const(Const::Text(Arc::clone(text))), taint }
            }
            [Piece { data: Some(data), .. }] => Self { shape: Shape::Data(Rc::clone(data)), taint },
            _ => Self { shape: Shape::Text(joined.into()), taint },
        }
    }

    /// Harmless for these ends from here on, every part of it.
    pub(crate) fn cleaned(self, kinds: Kinds) -> Self {
        self.map_taint(&|taint| taint.cleaned(kinds))
    }

    /// One step more on the way of its data.
    pub(crate) fn step(self, at: Span, kind: StepKind, name: &Arc<str>) -> Self {
        self.map_taint(&|taint| taint.step(at, kind, name))
    }

    fn map_taint(self, change: &dyn Fn(&Taint) -> Taint) -> Self {
        let taint = change(&self.taint);
        let shape = match self.shape {
            Shape::Text(pieces) if !taint.is_none() => Shape::Text(
                pieces.iter().map(|piece| Piece { taint: change(&piece.taint), ..piece.clone() }).collect(),
            ),
            Shape::OneOf(values) if values.iter().any(|value| !value.taint.is_none()) => {
                Shape::OneOf(values.iter().map(|value| value.clone().map_taint(change)).collect())
            }
            shape => shape,
        };
        Self { shape, taint }
    }

    /// Either of two values.
    pub(crate) fn join(&self, other: &Self) -> Self {
        let taint = self.taint.join(&other.taint);
        if self.shape.is_same(&other.shape) {
            return Self { shape: self.shape.clone(), taint };
        }
        let mut values: Vec<Self> = Vec::new();
        for value in self.each().iter().chain(other.each()) {
            let is_nothing = matches!(value.shape, Shape::Unknown) && value.taint.is_none();
            if !is_nothing && !values.iter().any(|known| known.shape.is_same(&value.shape)) {
                values.push(value.clone());
            }
        }
        // Names that a program chooses from are many, and each is cheap.
        let is_plain = values.iter().all(|value| matches!(value.shape, Shape::Const(_) | Shape::Data(_)));
        if is_plain && values.len() > CONSTANTS_MAX {
            return Self::unknown(taint);
        }
        if !is_plain && values.len() > ALTERNATIVES_MAX {
            values.truncate(ALTERNATIVES_MAX);
        }
        match values.len() {
            0 => Self::unknown(taint),
            1 => Self { taint, ..values.swap_remove(0) },
            _ => Self { shape: Shape::OneOf(values.into()), taint },
        }
    }
}

impl Piece {
    /// Words of a sentence in it.
    fn words(&self) -> usize {
        let beginning = |text: &str| text.floor_char_boundary(SENTENCE_BYTES_MAX);
        let texts = self.text.iter().filter_map(|text| text.get(..beginning(text)));
        let words = texts.flat_map(str::split_whitespace);
        let is_word = |word: &&str| {
            let word = word.trim_matches(|sign: char| sign.is_ascii_punctuation());
            word.len() > 1 && word.chars().all(char::is_alphabetic)
        };
        words.filter(is_word).take(WORDS_OF_A_SENTENCE).count()
    }
}

/// What is put beside so many words becomes a part of what they say.
const WORDS_OF_A_SENTENCE: usize = 3;
/// How much of a text is looked at for a sentence, in bytes.
const SENTENCE_BYTES_MAX: usize = 1_000;

fn as_instructions(pieces: Vec<Piece>) -> Vec<Piece> {
    // A number or what was checked like one gives no orders in a sentence either.
    let others = Kinds::INJECTION.without(SinkKind::Prompt);
    let opened = |taint: &Taint| {
        taint.map(|mark| match mark.clean.common(others) == others {
            true => mark.clone(),
            false => Mark { clean: mark.clean.without(SinkKind::Prompt), ..mark.clone() },
        })
    };
    pieces.into_iter().map(|piece| Piece { taint: opened(&piece.taint), ..piece }).collect()
}

impl Shape {
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, Self::Unknown) => true,
            (Self::Const(one), Self::Const(two)) => one == two,
            (Self::Object(one), Self::Object(two)) | (Self::Settle(one), Self::Settle(two)) => one == two,
            (Self::Function(one), Self::Function(two)) => {
                Rc::ptr_eq(one, two)
                    || one.function == two.function
                        && one.scope == two.scope
                        && Arc::ptr_eq(&one.module, &two.module)
            }
            (Self::Extern(one), Self::Extern(two)) => one.keyed == two.keyed,
            (Self::Event(one), Self::Event(two)) => one == two,
            (Self::Data(one), Self::Data(two)) => one == two,
            (Self::Text(one), Self::Text(two)) => Rc::ptr_eq(one, two),
            (Self::Bound(one), Self::Bound(two)) => Rc::ptr_eq(one, two),
            (Self::OneOf(one), Self::OneOf(two)) => Rc::ptr_eq(one, two),
            _ => false,
        }
    }
}

impl Extern {
    pub(crate) fn named(path: &str) -> Self {
        Self { path: path.into(), keyed: path.into(), arguments: Rc::from([]), before: None }
    }

    /// A member of it.
    pub(crate) fn member(&self, name: &str) -> Self {
        if name == "default" || self.keyed.len() > PATH_BYTES_MAX {
            return self.clone();
        }
        Self {
            path: format!("{}.{name}", self.path).into(),
            keyed: format!("{}.{name}", self.keyed).into(),
            arguments: Rc::clone(&self.arguments),
            before: if self.path.ends_with("()") { Some(Rc::new(self.clone())) } else { self.before.clone() },
        }
    }

    /// What a call of it gives back.
    pub(crate) fn called(&self, arguments: &[Passed]) -> Self {
        if self.keyed.len() > PATH_BYTES_MAX {
            return self.clone();
        }
        let key = arguments.first().and_then(|first| key_of(&first.value)).unwrap_or_default();
        Self {
            path: format!("{}()", self.path).into(),
            keyed: format!("{}({key})", self.keyed).into(),
            arguments: arguments.into(),
            before: self.before.clone(),
        }
    }

    /// The last name of the path.
    pub(crate) fn last(&self) -> &str {
        let path = self.path.trim_end_matches("()");
        path.rsplit('.').next().unwrap_or(path)
    }

    /// The module that the path begins with.
    pub(crate) fn root(&self) -> &str {
        root_of(&self.path)
    }
}

/// The module that a qualified name begins with; `@scope/name` is one.
pub(crate) fn root_of(path: &str) -> &str {
    path.split(['.', '(']).next().unwrap_or(path)
}

/// A short constant first argument, as it stands in a keyed path.
fn key_of(value: &Value) -> Option<String> {
    let text = value.as_text()?;
    let plain = |symbol: char| symbol.is_ascii_alphanumeric() || matches!(symbol, '-' | '_');
    (text.len() <= 40 && text.chars().all(plain)).then(|| text.to_string())
}

impl EventPart {
    /// `event.Records[].s3.object.key`.
    pub(crate) fn display(&self) -> String {
        let mut text = self.root.to_string();
        for key in &self.path {
            if &**key != "[]" {
                text.push('.');
            }
            text.push_str(key);
        }
        text
    }
}
