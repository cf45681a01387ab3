//! S3: buckets and keys in addresses, the action of a request, and what changed when it succeeded.
use super::asked::Wanted;
use super::lambda::decode;
use http::{HeaderMap, Method, Uri};

/// Fields of a form that are looked at.
const FIELDS_MAX: usize = 64;

/// Bucket and key: from the host (`bucket.s3.region.amazonaws.com`, `bucket.localhost`) or from the path.
pub(crate) fn place(uri: &Uri, headers: &HeaderMap) -> (Option<String>, String) {
    let host = headers.get("host").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let path = uri.path().trim_start_matches('/');
    let front = host.split_once(".s3.").or_else(|| host.split_once(".s3-")).map(|(bucket, _)| bucket);
    let front = front.or_else(|| host.strip_suffix(".localhost"));
    if let Some(bucket) = front.filter(|bucket| !bucket.is_empty() && *bucket != "s3") {
        return (Some(bucket.to_owned()), decode(path));
    }
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    ((!bucket.is_empty()).then(|| decode(bucket)), decode(key))
}

/// The value of a parameter without one counts as there.
fn has(query: &str, name: &str) -> bool {
    query.split('&').any(|part| part.split('=').next() == Some(name))
}

pub(super) fn read(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8], wanted: &mut Wanted) {
    let (bucket, key) = place(uri, headers);
    let query = uri.query().unwrap_or_default();
    let Some(bucket) = bucket else {
        wanted.operation = "ListBuckets".to_owned();
        wanted.needs = vec![("s3:ListAllMyBuckets".to_owned(), "*".to_owned())];
        return;
    };
    wanted.bucket = Some(bucket.clone());
    let of_bucket = format!("arn:aws:s3:::{bucket}");
    if key.is_empty() {
        let kind = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if method == Method::POST && kind.starts_with("multipart/form-data") {
            posted(body, kind, &of_bucket, wanted);
            return;
        }
        if method == Method::POST && has(query, "delete") {
            wanted.operation = "DeleteObjects".to_owned();
            let keys = keys_in(body);
            wanted.needs =
                keys.iter().map(|key| ("s3:DeleteObject".to_owned(), format!("{of_bucket}/{key}"))).collect();
            return;
        }
        let action = bucket_action(method, query);
        wanted.operation = action.trim_start_matches("s3:").to_owned();
        wanted.needs = if action.is_empty() { Vec::new() } else { vec![(action.to_owned(), of_bucket)] };
        return;
    }
    let resource = format!("{of_bucket}/{key}");
    let action = object_action(method, query);
    wanted.operation = match (method.as_str(), action) {
        ("PUT", "s3:PutObject") if headers.contains_key("x-amz-copy-source") => "CopyObject".to_owned(),
        ("POST", "s3:PutObject") if has(query, "uploadId") => "CompleteMultipartUpload".to_owned(),
        ("PUT", "s3:PutObject") if has(query, "uploadId") => "UploadPart".to_owned(),
        ("POST", "s3:PutObject") => "CreateMultipartUpload".to_owned(),
        _ => action.trim_start_matches("s3:").to_owned(),
    };
    wanted.object = Some(key);
    if action.is_empty() {
        return;
    }
    wanted.needs.push((action.to_owned(), resource));
    if let Some(source) = headers.get("x-amz-copy-source").and_then(|value| value.to_str().ok()) {
        let source = decode(source.trim_start_matches('/'));
        let source = source.split('?').next().unwrap_or_default().to_owned();
        wanted.needs.push(("s3:GetObject".to_owned(), format!("arn:aws:s3:::{source}")));
    }
    let grants =
        headers.keys().any(|name| name.as_str() == "x-amz-acl" || name.as_str().starts_with("x-amz-grant"));
    if grants && action == "s3:PutObject" {
        wanted.needs.push((
            "s3:PutObjectAcl".to_owned(),
            format!("{of_bucket}/{}", wanted.object.as_deref().unwrap_or("*")),
        ));
    }
}

/// Sub-resources of buckets: name, action to read, action to change.
const BUCKET: &[(&str, &str, &str)] = &[
    ("acl", "s3:GetBucketAcl", "s3:PutBucketAcl"),
    ("cors", "s3:GetBucketCORS", "s3:PutBucketCORS"),
    ("encryption", "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration"),
    ("lifecycle", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    ("location", "s3:GetBucketLocation", ""),
    ("logging", "s3:GetBucketLogging", "s3:PutBucketLogging"),
    ("notification", "s3:GetBucketNotification", "s3:PutBucketNotification"),
    ("ownershipControls", "s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls"),
    ("policy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"),
    ("publicAccessBlock", "s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
    ("tagging", "s3:GetBucketTagging", "s3:PutBucketTagging"),
    ("uploads", "s3:ListBucketMultipartUploads", ""),
    ("versioning", "s3:GetBucketVersioning", "s3:PutBucketVersioning"),
    ("versions", "s3:ListBucketVersions", ""),
    ("website", "s3:GetBucketWebsite", "s3:PutBucketWebsite"),
];

/// The action on a bucket; empty: not known.
fn bucket_action(method: &Method, query: &str) -> &'static str {
    if let Some((_, reading, changing)) = BUCKET.iter().find(|(name, ..)| has(query, name)) {
        return match *method {
            Method::GET | Method::HEAD => reading,
            Method::DELETE if has(query, "policy") => "s3:DeleteBucketPolicy",
            Method::DELETE if has(query, "website") => "s3:DeleteBucketWebsite",
            _ => changing,
        };
    }
    match *method {
        Method::GET | Method::HEAD => "s3:ListBucket",
        Method::PUT => "s3:CreateBucket",
        Method::DELETE => "s3:DeleteBucket",
        _ => "",
    }
}

/// The action on an object; empty: not known.
fn object_action(method: &Method, query: &str) -> &'static str {
    let version = has(query, "versionId");
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if has(query, "acl") {
        return if reads { "s3:GetObjectAcl" } else { "s3:PutObjectAcl" };
    }
    if has(query, "tagging") {
        return match *method {
            Method::GET => "s3:GetObjectTagging",
            Method::DELETE => "s3:DeleteObjectTagging",
            _ => "s3:PutObjectTagging",
        };
    }
    if has(query, "uploadId") && *method == Method::GET {
        return "s3:ListMultipartUploadParts";
    }
    if has(query, "uploadId") && *method == Method::DELETE {
        return "s3:AbortMultipartUpload";
    }
    match *method {
        Method::GET | Method::HEAD if version => "s3:GetObjectVersion",
        Method::GET | Method::HEAD if has(query, "attributes") => "s3:GetObjectAttributes",
        Method::GET | Method::HEAD => "s3:GetObject",
        Method::DELETE if version => "s3:DeleteObjectVersion",
        Method::DELETE => "s3:DeleteObject",
        Method::PUT | Method::POST if has(query, "restore") => "s3:RestoreObject",
        Method::PUT | Method::POST if has(query, "select") => "s3:GetObject",
        Method::PUT | Method::POST => "s3:PutObject",
        _ => "",
    }
}

/// A form that a browser posts: key and signer stand in its fields.
fn posted(body: &[u8], kind: &str, of_bucket: &str, wanted: &mut Wanted) {
    wanted.operation = "PostObject".to_owned();
    let fields = fields(body, kind);
    let field =
        |name: &str| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let key = field("key").cloned().unwrap_or_default();
    let file = field("\u{0}filename").cloned().unwrap_or_default();
    let key = key.replace("${filename}", &file);
    wanted.needs = vec![("s3:PutObject".to_owned(), format!("{of_bucket}/{key}"))];
    wanted.object = Some(key);
    let by_credential = field("x-amz-credential").and_then(|text| text.split('/').next().map(str::to_owned));
    wanted.key = by_credential.or_else(|| field("AWSAccessKeyId").cloned());
}

/// The fields of a multipart form before its file.
fn fields(body: &[u8], kind: &str) -> Vec<(String, String)> {
    let Some(boundary) = kind.split("boundary=").nth(1) else { return Vec::new() };
    let boundary = boundary.trim_matches('"').split(';').next().unwrap_or_default();
    let text = String::from_utf8_lossy(body);
    let mut found = Vec::new();
    for part in text.split(&format!("--{boundary}")).skip(1).take(FIELDS_MAX) {
        let Some((head, value)) = part.split_once("\r\n\r\n") else { continue };
        let name = head.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        if let Some(file) = head.split("filename=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            found.push(("\u{0}filename".to_owned(), file.to_owned()));
            continue;
        }
        found.push((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()));
    }
    found
}

/// The keys of a request to delete several objects.
fn keys_in(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let parts = text.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
    let plain = |text: &str| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    };
    let keys: Vec<String> = parts.map(plain).collect();
    // None that can be read: all of them are asked for.
    if keys.is_empty() { vec!["*".to_owned()] } else { keys }
}

/// The notification's name of what an operation did.
pub(super) fn event_name(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "PutObject" => "ObjectCreated:Put",
        "PostObject" => "ObjectCreated:Post",
        "CopyObject" => "ObjectCreated:Copy",
        "CompleteMultipartUpload" => "ObjectCreated:CompleteMultipartUpload",
        "DeleteObject" => "ObjectRemoved:Delete",
        _ => return None,
    })
}
