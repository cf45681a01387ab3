//! What the application keeps in tables and buckets: reads are marked and writes remembered by name, so
//! that [`crate::stored`] can join them.
use model::{Aws, SinkKind, Span};

use super::Interpreter;
use super::record::Stored;
use crate::heap::ObjectKind;
use crate::ir::Name;
use crate::taint::{Kinds, Mark, Origin, OriginKind, Step, StepKind, Structure, Taint, Trail};
use crate::value::{Extern, Passed, Value};

/// Names of fields that are kept of one read value.
const NAMES_MAX: usize = 8;
/// Operations that give back what somebody stored.
const READS: &[(&str, &[&str])] = &[
    ("dynamodb", &["GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"]),
    ("s3", &["GetObject", "SelectObjectContent"]),
];
/// Ends that a stored value is not followed to: they ask who sends the request.
const NOT_FOLLOWED: &[SinkKind] =
    &[SinkKind::Identity, SinkKind::MassAssignment, SinkKind::Prototype, SinkKind::Log, SinkKind::Invoke];

impl Interpreter<'_> {
    /// The result of an operation, marked when it is what somebody stored.
    pub(super) fn stored(&mut self, aws: &Aws, known: &Extern, target: Option<&Value>, at: Span) -> Taint {
        let reads = |(service, names): &&(&str, &[&str])| {
            aws.service == *service && names.contains(&aws.operation.as_str())
        };
        let Some(target) = target.filter(|_| READS.iter().any(|read| reads(&read))) else {
            return Taint::NONE;
        };
        if is_presigned(&known.path) {
            return Taint::NONE;
        }
        let target = self.data_of(target, 0);
        self.record.reads.entry(at).or_insert(target);
        let path: Name = format!("{}:{}", aws.service, aws.operation).into();
        let clean = NOT_FOLLOWED.iter().fold(Kinds::NONE, |all, kind| all.and(Kinds::of(*kind)));
        let trail = Trail::START.step(Step { at, kind: StepKind::Stored, name: path.clone() });
        let origin = Origin { path, kind: OriginKind::Stored, at };
        let structure = if aws.service == "s3" { Structure::Text } else { Structure::Part };
        Taint::of(Mark { origin: origin.into(), clean, trail, structure })
    }

    /// Whose data a write puts into a table or bucket.
    pub(super) fn written(&self, aws: &Aws, path: &str, arguments: &[Passed]) -> Stored {
        let mut stored = Stored::default();
        match (aws.service.as_str(), aws.operation.as_str()) {
            ("dynamodb", "PutItem") => match self.option(arguments, "Item") {
                Some(item) => self.item_of(&item, &mut stored),
                None => self.whole(&self.taint_of_passed(arguments), &mut stored),
            },
            ("dynamodb", "UpdateItem") => match self.option(arguments, "ExpressionAttributeValues") {
                Some(values) => self.whole(&self.deep_taint(&values), &mut stored),
                None => self.whole(&self.taint_of_passed(arguments), &mut stored),
            },
            ("dynamodb", "BatchWriteItem" | "TransactWriteItems") => {
                self.whole(&self.taint_of_passed(arguments), &mut stored);
            }
            ("s3", "PutObject" | "UploadPart" | "CreateMultipartUpload") => {
                stored.presigned = is_presigned(path);
                let body = self.option(arguments, "Body");
                let file = || arguments.first().filter(|_| path.ends_with("upload_fileobj"));
                let body = body.or_else(|| file().map(|passed| passed.value.clone()));
                body.iter().for_each(|body| self.whole(&self.deep_taint(body), &mut stored));
            }
            _ => {}
        }
        stored
    }

    fn item_of(&self, item: &Value, stored: &mut Stored) {
        self.whole(&item.taint, stored);
        for one in item.each() {
            let object = one.as_object().and_then(|id| self.heap.get(id));
            let Some(object) = object.filter(|object| !matches!(object.kind, ObjectKind::List)) else {
                self.whole(&self.deep_taint(one), stored);
                continue;
            };
            object.rest.iter().for_each(|rest| self.whole(&self.deep_taint(rest), stored));
            for (name, value) in &object.fields {
                let marks = marks_of_others(&self.deep_taint(value));
                if !marks.is_empty() {
                    stored.fields.push((Some(name.clone()), marks));
                }
            }
        }
    }

    fn whole(&self, taint: &Taint, stored: &mut Stored) {
        let marks = marks_of_others(taint);
        if !marks.is_empty() {
            stored.fields.push((None, marks));
        }
    }
}

/// Marks of who sends the event.
pub(super) fn marks_of_others(taint: &Taint) -> Vec<Mark> {
    let is_theirs =
        |mark: &&Mark| matches!(mark.origin.kind, OriginKind::Event | OriginKind::UnverifiedToken);
    taint.marks().iter().filter(is_theirs).cloned().collect()
}

/// Marks of what was stored, one name further in: `dynamodb:GetItem.Item.url`.
pub(super) fn part_of(taint: &Taint, name: &str) -> Taint {
    if !taint.marks().iter().any(|mark| mark.origin.kind == OriginKind::Stored) {
        return taint.clone();
    }
    taint.map(|mark| {
        let has_room = mark.origin.path.matches('.').count() < NAMES_MAX;
        if mark.origin.kind != OriginKind::Stored || !has_room {
            return mark.clone();
        }
        let path = format!("{}.{name}", mark.origin.path);
        let origin = Origin { path: path.into(), kind: OriginKind::Stored, at: mark.origin.at };
        Mark { origin: origin.into(), ..mark.clone() }
    })
}

/// Marks of what was read from a table or bucket, or uploaded by who sends the event.
pub(super) fn read_only(taint: &Taint) -> Taint {
    let is_read =
        |mark: &&Mark| mark.origin.kind == OriginKind::Stored || mark.origin.path.contains(".object.key");
    taint.marks().iter().filter(is_read).fold(Taint::NONE, |all, mark| all.join(&Taint::of(mark.clone())))
}

/// Whether a call makes an address with which somebody else does the operation.
fn is_presigned(path: &str) -> bool {
    let path = path.trim_end_matches("()");
    [
        "generate_presigned_url",
        "generate_presigned_post",
        "getSignedUrl",
        "getSignedUrlPromise",
        "createPresignedPost",
    ]
    .iter()
    .any(|name| path.ends_with(name))
}

/// Where boto3's own helpers of S3's client take the bucket.
pub(super) fn bucket_position(path: &str) -> Option<&'static str> {
    match path.strip_prefix("boto3.client().")? {
        "generate_presigned_post" | "download_file" | "download_fileobj" => Some("0"),
        "upload_file" | "upload_fileobj" => Some("1"),
        _ => None,
    }
}
