//! What a transaction looks at: every value of the request and the response, fixed while the rules of a phase run.
//!
//! Scalars stand in one block of text, collections in [`Fields`]. Rules never write here; what they write stands in
//! [`vars`](super::vars). That is why a value may be looked at once and remembered until the next phase.
use super::mark::{Kind, Mark};
use crate::rule::Collection;
use crate::transform::Features;
use crate::{Field, Fields};
use std::ops::Range;

/// Where a collection's values are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Store {
    /// `ARGS` in order of arrival: query, extra (path parameters, JSON), form.
    Args,
    RequestHeaders,
    Cookies,
    ResponseHeaders,
    Files,
    FilesSizes,
    FilesContents,
    PartHeaders,
    XmlTexts,
    XmlAttributes,
}

/// Which values of a store belong to a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    All,
    /// `ARGS_GET`
    Get,
    /// `ARGS_POST`
    Post,
}

/// How many scalars there may be; every [`Collection`] has its number below it.
const SCALARS: usize = 128;

/// Stores that clients send again, in the order of their marks.
pub(super) const MARKED: [Store; 4] =
    [Store::Args, Store::RequestHeaders, Store::Cookies, Store::ResponseHeaders];
/// What the request line alone says.
pub(super) const OF_LINE: [Collection; 9] = [
    Collection::RequestMethod,
    Collection::RequestLine,
    Collection::RequestUriRaw,
    Collection::RequestUri,
    Collection::QueryString,
    Collection::RequestFilename,
    Collection::PathInfo,
    Collection::RequestBasename,
    Collection::RequestProtocol,
];
/// Larger ones have no mark: those are bodies, which seldom come again.
const MARKED_BYTES_MAX: usize = 4096;

/// The marks of a store's names and of its values, where they came before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    pub(super) names: Option<Mark>,
    pub(super) values: Option<Mark>,
}

/// The marks of a store as it was: how many values and bytes it had, where those of the query and of a form stand.
type Marked = ((usize, usize, [usize; 3]), Marks);

/// The values of one transaction. Used again for the next one after [`clear`](Self::clear).
#[derive(Debug)]
pub(super) struct Inputs {
    text: Vec<u8>,
    scalars: [Range<usize>; SCALARS],
    /// The scalars that were set.
    set: Vec<Collection>,
    /// The features of long scalars, which several feeds ask for.
    features: Vec<(Collection, Features)>,
    pub(super) args: Fields,
    /// Positions in `args` that came in the query, and in a form.
    pub(super) args_get: Range<usize>,
    pub(super) args_post: Range<usize>,
    pub(super) args_bytes: usize,
    pub(super) request_headers: Fields,
    pub(super) cookies: Fields,
    pub(super) response_headers: Fields,
    pub(super) body: crate::body::Body,
    marks: [Marked; MARKED.len()],
    /// The request line was marked.
    is_line_marked: bool,
    line: Option<Mark>,
    /// Room for what is marked.
    marking: Vec<u8>,
}

impl Default for Inputs {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            scalars: [const { 0..0 }; SCALARS],
            set: Vec::new(),
            features: Vec::new(),
            args: Fields::default(),
            args_get: 0..0,
            args_post: 0..0,
            args_bytes: 0,
            request_headers: Fields::default(),
            cookies: Fields::default(),
            response_headers: Fields::default(),
            body: crate::body::Body::default(),
            marks: Default::default(),
            is_line_marked: false,
            marking: Vec::new(),
            line: None,
        }
    }
}

impl Inputs {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        for scalar in self.set.drain(..) {
            if let Some(place) = self.scalars.get_mut(scalar as usize) {
                *place = 0..0;
            }
        }
        self.features.clear();
        self.args.clear();
        self.args_get = 0..0;
        self.args_post = 0..0;
        self.args_bytes = 0;
        self.request_headers.clear();
        self.cookies.clear();
        self.response_headers.clear();
        self.body.clear();
        self.marks = Default::default();
        self.is_line_marked = false;
        self.line = None;
    }

    /// Bytes of memory that stay reserved between transactions, roughly.
    pub(super) fn reserved_bytes(&self) -> usize {
        let body = &self.body;
        let fields = [
            &self.args,
            &self.request_headers,
            &self.cookies,
            &self.response_headers,
            &body.arguments,
            &body.files,
            &body.file_sizes,
            &body.file_contents,
            &body.part_headers,
            &body.multipart_names,
            &body.multipart_filenames,
            &body.xml_texts,
            &body.xml_attributes,
        ];
        self.text.capacity() + fields.into_iter().map(Fields::reserved_bytes).sum::<usize>()
    }

    /// Sets a scalar.
    pub(super) fn set(&mut self, scalar: Collection, value: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(value);
        self.point(scalar, start..self.text.len());
    }

    /// Sets a scalar to what its parts say one after the other.
    pub(super) fn set_parts(&mut self, scalar: Collection, parts: &[&[u8]]) {
        let start = self.text.len();
        for part in parts {
            self.text.extend_from_slice(part);
        }
        self.point(scalar, start..self.text.len());
    }

    /// Sets a scalar to a number in decimal.
    pub(super) fn set_number(&mut self, scalar: Collection, number: u64) {
        let mut digits = [0_u8; 20];
        let text = super::number::format(i64::try_from(number).unwrap_or(i64::MAX), &mut digits);
        self.set(scalar, text);
    }

    /// Makes a scalar the same as another, without a copy.
    pub(super) fn alias(&mut self, scalar: Collection, other: Collection) {
        let range = self.scalars.get(other as usize).cloned().unwrap_or_default();
        self.point(scalar, range);
    }

    fn point(&mut self, scalar: Collection, range: Range<usize>) {
        if let Some(place) = self.scalars.get_mut(scalar as usize) {
            *place = range;
            self.set.push(scalar);
            self.features.retain(|(other, _)| *other != scalar);
        }
    }

    /// Keeps the features of a scalar as it is now.
    pub(super) fn know(&mut self, scalar: Collection, features: Features) {
        self.features.push((scalar, features));
    }

    /// The features of a scalar, when they are known.
    pub(super) fn features(&self, scalar: Collection) -> Option<Features> {
        self.features.iter().find(|(known, _)| *known == scalar).map(|(_, features)| *features)
    }

    /// A scalar's value; empty when it has none.
    pub(super) fn scalar(&self, scalar: Collection) -> &[u8] {
        let range = self.scalars.get(scalar as usize).cloned().unwrap_or_default();
        self.text.get(range).unwrap_or_default()
    }

    /// The values of a store.
    pub(super) fn store(&self, store: Store) -> &Fields {
        match store {
            Store::Args => &self.args,
            Store::RequestHeaders => &self.request_headers,
            Store::Cookies => &self.cookies,
            Store::ResponseHeaders => &self.response_headers,
            Store::Files => &self.body.files,
            Store::FilesSizes => &self.body.file_sizes,
            Store::FilesContents => &self.body.file_contents,
            Store::PartHeaders => &self.body.part_headers,
            Store::XmlTexts => &self.body.xml_texts,
            Store::XmlAttributes => &self.body.xml_attributes,
        }
    }

    /// Marks the request line, and the stores that grew since they were marked; but for those that come for the first time.
    pub(super) fn mark(&mut self, comes_again: &mut dyn FnMut(Mark) -> bool) {
        let mut known = |mark: Mark, kind| Some(mark.within(kind)).filter(|mark| comes_again(*mark));
        let [method, raw, protocol] =
            [Collection::RequestMethod, Collection::RequestUriRaw, Collection::RequestProtocol]
                .map(|scalar| self.scalar(scalar));
        if !self.is_line_marked && !raw.is_empty() && raw.len() <= MARKED_BYTES_MAX {
            self.line = known(Mark::of_texts([method, raw, protocol]), Kind::Line);
            self.is_line_marked = true;
        }
        let mut text = std::mem::take(&mut self.marking);
        for (number, store) in MARKED.into_iter().enumerate() {
            let fields = self.store(store);
            let is_args = store == Store::Args;
            let [get, post] = [&self.args_get, &self.args_post];
            let parts = if is_args { [get.end, post.start, post.end] } else { [0; 3] };
            let size = (fields.len(), fields.block().len(), parts);
            if self.marks.get(number).is_none_or(|(known, _)| *known == size) {
                continue;
            }
            let marks = if size.0 > 0 && size.1 <= MARKED_BYTES_MAX {
                Marks {
                    names: known(Mark::of_names(fields, &mut text), Kind::Names(store)),
                    values: known(Mark::of_fields(fields, parts, &mut text), Kind::Values(store)),
                }
            } else {
                Marks::default()
            };
            if let Some(place) = self.marks.get_mut(number) {
                *place = (size, marks);
            }
        }
        self.marking = text;
    }

    /// The mark of the request line, when it came before.
    pub(super) fn mark_of_line(&self) -> Option<Mark> {
        self.line
    }

    /// The marks of a store.
    pub(super) fn marks_of(&self, store: Store) -> Marks {
        let number = MARKED.into_iter().position(|marked| marked == store);
        number.and_then(|number| self.marks.get(number)).map(|(_, marks)| *marks).unwrap_or_default()
    }

    /// The positions in a store that a part of it has.
    pub(super) fn positions(&self, store: Store, part: Part) -> Range<usize> {
        match part {
            Part::All => 0..self.store(store).len(),
            Part::Get => self.args_get.clone(),
            Part::Post => self.args_post.clone(),
        }
    }

    /// The value at a position of a store.
    pub(super) fn field(&self, store: Store, position: usize) -> Field<'_> {
        self.store(store).at(position).unwrap_or(Field { name: b"", value: b"" })
    }
}
