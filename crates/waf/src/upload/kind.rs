//! Kinds of files by their first bytes, and what else a file may be.
use super::{Problem, find_text};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Jpeg,
    Png,
    Gif,
    WebP,
    Bmp,
    Tiff,
    Icon,
    Svg,
    Pdf,
    /// Word, Excel, `PowerPoint` since 2007.
    OfficeXml,
    /// The same before, and everything in OLE containers.
    OfficeOle,
    OpenDocument,
    Epub,
    Rtf,
    Zip,
    Tar,
    Gzip,
    Bzip2,
    Xz,
    Zstandard,
    SevenZip,
    Rar,
    Mp3,
    Mp4,
    Ogg,
    Wave,
    Matroska,
    /// ELF, PE, Mach-O, WebAssembly, Java classes.
    Program,
    Jar,
    /// A `#!` line, PHP or ASP.
    Script,
    Html,
    Xml,
    Json,
    /// UTF-8 without control characters.
    Text,
    Empty,
    Unknown,
}

type Row = (Kind, &'static str, &'static [&'static str], &'static [&'static str]);

/// Kind, name, media types, endings.
const ROWS: &[Row] = &[
    (Kind::Jpeg, "JPEG", &["image/jpeg", "image/jpg", "image/pjpeg"], &["jpg", "jpeg", "jpe", "jfif"]),
    (Kind::Png, "PNG", &["image/png", "image/apng", "image/x-png"], &["png", "apng"]),
    (Kind::Gif, "GIF", &["image/gif"], &["gif"]),
    (Kind::WebP, "WebP", &["image/webp"], &["webp"]),
    (Kind::Bmp, "BMP", &["image/bmp", "image/x-ms-bmp"], &["bmp", "dib"]),
    (Kind::Tiff, "TIFF", &["image/tiff"], &["tif", "tiff"]),
    (Kind::Icon, "icon", &["image/x-icon", "image/vnd.microsoft.icon"], &["ico", "cur"]),
    (Kind::Svg, "SVG", &["image/svg+xml"], &["svg"]),
    (Kind::Pdf, "PDF", &["application/pdf", "application/x-pdf"], &["pdf"]),
    (
        Kind::OfficeXml,
        "Office Open XML",
        &["application/vnd.openxmlformats-officedocument.*", "application/vnd.ms-*", "application/zip"],
        &["docx", "xlsx", "pptx", "docm", "xlsm", "pptm", "dotx", "xltx", "potx", "ppsx"],
    ),
    (
        Kind::OfficeOle,
        "OLE document",
        &["application/msword", "application/vnd.ms-*", "application/x-ole-storage"],
        &["doc", "xls", "ppt", "dot", "msg", "vsd"],
    ),
    (
        Kind::OpenDocument,
        "OpenDocument",
        &["application/vnd.oasis.opendocument.*"],
        &["odt", "ods", "odp", "odg", "ott"],
    ),
    (Kind::Epub, "EPUB", &["application/epub+zip"], &["epub"]),
    (Kind::Rtf, "RTF", &["application/rtf", "text/rtf"], &["rtf"]),
    (Kind::Zip, "ZIP", &["application/zip", "application/x-zip-compressed", "application/x-zip"], &["zip"]),
    (Kind::Tar, "tar", &["application/x-tar"], &["tar"]),
    (Kind::Gzip, "gzip", &["application/gzip", "application/x-gzip"], &["gz", "tgz"]),
    (Kind::Bzip2, "bzip2", &["application/x-bzip2"], &["bz2"]),
    (Kind::Xz, "xz", &["application/x-xz"], &["xz"]),
    (Kind::Zstandard, "zstd", &["application/zstd"], &["zst"]),
    (Kind::SevenZip, "7z", &["application/x-7z-compressed"], &["7z"]),
    (Kind::Rar, "RAR", &["application/vnd.rar", "application/x-rar-compressed"], &["rar"]),
    (Kind::Mp3, "MP3", &["audio/mpeg", "audio/mp3"], &["mp3"]),
    (
        Kind::Mp4,
        "MP4",
        &[
            "video/mp4",
            "audio/mp4",
            "video/quicktime",
            "image/heic",
            "image/heif",
            "image/avif",
            "audio/x-m4a",
        ],
        &["mp4", "m4a", "m4v", "mov", "heic", "heif", "avif"],
    ),
    (Kind::Ogg, "Ogg", &["audio/ogg", "video/ogg", "application/ogg"], &["ogg", "oga", "ogv", "opus"]),
    (Kind::Wave, "WAVE", &["audio/wav", "audio/x-wav", "audio/wave"], &["wav"]),
    (Kind::Matroska, "Matroska", &["video/webm", "audio/webm", "video/x-matroska"], &["webm", "mkv", "mka"]),
    (
        Kind::Program,
        "program",
        &["application/x-*", "application/wasm", "application/vnd.microsoft.portable-executable"],
        &["exe", "dll", "so", "wasm", "class", "bin"],
    ),
    (Kind::Jar, "JAR", &["application/java-archive"], &["jar", "war", "ear"]),
    (
        Kind::Script,
        "script",
        &["text/*", "application/x-*"],
        &["sh", "php", "py", "pl", "rb", "asp", "aspx", "jsp"],
    ),
    (Kind::Html, "HTML", &["text/html", "application/xhtml+xml"], &["html", "htm", "xhtml"]),
    (
        Kind::Xml,
        "XML",
        &["text/xml", "application/xml", "application/*", "text/*"],
        &["xml", "xsd", "xsl", "xslt", "rss", "atom", "gpx", "kml"],
    ),
    (
        Kind::Json,
        "JSON",
        &["application/json", "application/*", "text/*"],
        &["json", "geojson", "ipynb", "map", "jsonl", "ndjson", "txt"],
    ),
    (
        Kind::Text,
        "text",
        &["text/plain", "text/csv", "text/markdown", "text/*", "application/*"],
        &["txt", "csv", "tsv", "md", "log", "ini", "conf", "yaml", "yml", "toml", "ics", "vcf", "sql", "css"],
    ),
];

impl Kind {
    fn row(self) -> Option<&'static Row> {
        ROWS.iter().find(|row| row.0 == self)
    }

    /// In messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            _ => self.row().map_or("unknown", |row| row.1),
        }
    }

    /// Whether servers, systems or browsers run it.
    #[must_use]
    pub fn runs(self) -> bool {
        matches!(self, Self::Program | Self::Jar | Self::Script | Self::Html)
    }

    #[must_use]
    pub fn is_archive(self) -> bool {
        matches!(
            self,
            Self::Zip
                | Self::OfficeXml
                | Self::OpenDocument
                | Self::Epub
                | Self::Jar
                | Self::Tar
                | Self::Gzip
        )
    }

    /// Files of no known kind may be declared as anything that is no kind of its own.
    pub(super) fn has_media_type(self, declared: &str) -> bool {
        let fits = |known: &&str| match known.strip_suffix('*') {
            Some(prefix) => declared.starts_with(prefix),
            None => *known == declared,
        };
        match self.row() {
            _ if declared == "application/octet-stream" => true,
            Some(row) => row.2.iter().any(fits),
            None => !ROWS.iter().any(|row| row.2.contains(&declared)),
        }
    }

    pub(super) fn has_extension(self, extension: &str) -> bool {
        match self.row() {
            Some(row) if row.3.contains(&extension) => true,
            // Endings that no kind of this table owns.
            _ => {
                !ROWS.iter().any(|row| row.3.contains(&extension))
                    && matches!(
                        self,
                        Self::Unknown | Self::Text | Self::Xml | Self::Json | Self::Empty | Self::Zip
                    )
            }
        }
    }
}

/// The kind of a content.
pub(super) fn of(bytes: &[u8]) -> Kind {
    const MAGIC: &[(&[u8], Kind)] = &[
        (b"\xFF\xD8\xFF", Kind::Jpeg),
        (b"\x89PNG\r\n\x1a\n", Kind::Png),
        (b"GIF87a", Kind::Gif),
        (b"GIF89a", Kind::Gif),
        (b"II*\0", Kind::Tiff),
        (b"MM\0*", Kind::Tiff),
        (b"\0\0\x01\0", Kind::Icon),
        (b"\0\0\x02\0", Kind::Icon),
        (b"%PDF-", Kind::Pdf),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Kind::OfficeOle),
        (b"{\\rtf", Kind::Rtf),
        (b"\x1f\x8b", Kind::Gzip),
        (b"BZh", Kind::Bzip2),
        (b"\xFD7zXZ\0", Kind::Xz),
        (b"\x28\xB5\x2F\xFD", Kind::Zstandard),
        (b"7z\xBC\xAF\x27\x1C", Kind::SevenZip),
        (b"Rar!\x1A\x07", Kind::Rar),
        (b"ID3", Kind::Mp3),
        (b"\xFF\xFB", Kind::Mp3),
        (b"OggS", Kind::Ogg),
        (b"\x1A\x45\xDF\xA3", Kind::Matroska),
        (b"\x7fELF", Kind::Program),
        (b"MZ", Kind::Program),
        (b"\xCA\xFE\xBA\xBE", Kind::Program),
        (b"\xFE\xED\xFA\xCE", Kind::Program),
        (b"\xFE\xED\xFA\xCF", Kind::Program),
        (b"\xCF\xFA\xED\xFE", Kind::Program),
        (b"\0asm", Kind::Program),
        (b"#!", Kind::Script),
        (b"<?php", Kind::Script),
        (b"<%", Kind::Script),
    ];
    if bytes.is_empty() {
        return Kind::Empty;
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip_kind(bytes);
    }
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return *kind;
    }
    match (bytes.get(..4), bytes.get(4..8), bytes.get(8..12)) {
        (Some(b"RIFF"), _, Some(b"WEBP")) => return Kind::WebP,
        (Some(b"RIFF"), _, Some(b"WAVE")) => return Kind::Wave,
        (_, Some(b"ftyp"), _) => return Kind::Mp4,
        _ => {}
    }
    // The reserved bytes of a bitmap are zero; two letters alone say little.
    if bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]) {
        return Kind::Bmp;
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Kind::Tar;
    }
    text_kind(bytes)
}

fn zip_kind(bytes: &[u8]) -> Kind {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let holds = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    if holds(b"mimetypeapplication/epub+zip") {
        Kind::Epub
    } else if holds(b"mimetypeapplication/vnd.oasis.opendocument") {
        Kind::OpenDocument
    } else if holds(b"[Content_Types].xml") || holds(b"_rels/.rels") {
        Kind::OfficeXml
    } else if holds(b"META-INF/MANIFEST.MF") {
        Kind::Jar
    } else {
        Kind::Zip
    }
}

fn text_kind(bytes: &[u8]) -> Kind {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let head = text.trim_ascii_start();
    let head = head.get(..1024).unwrap_or(head);
    if find_text(head, b"<svg").is_some() && (head.starts_with(b"<")) {
        return Kind::Svg;
    }
    let is_page =
        [&b"<!doctype html"[..], b"<html", b"<head", b"<body", b"<script", b"<iframe", b"<img", b"<a "];
    if is_page.iter().any(|tag| head.get(..tag.len()).is_some_and(|found| found.eq_ignore_ascii_case(tag))) {
        return Kind::Html;
    }
    if find_text(head, b"<?php").is_some() {
        return Kind::Script;
    }
    if head.starts_with(b"<?xml") || head.starts_with(b"<!DOCTYPE") {
        return if find_text(head, b"<html").is_some() { Kind::Html } else { Kind::Xml };
    }
    let is_text = std::str::from_utf8(text)
        .is_ok_and(|text| !text.chars().any(|char| char.is_control() && !char.is_whitespace()));
    match head.first() {
        Some(b'{' | b'[') if is_text => Kind::Json,
        _ if is_text => Kind::Text,
        _ => Kind::Unknown,
    }
}

/// Tells what else a file is.
pub(super) fn polyglots(bytes: &[u8], kind: Kind, problems: &mut Vec<Problem>) {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let is_text = matches!(kind, Kind::Text | Kind::Json | Kind::Xml | Kind::Html | Kind::Script | Kind::Rtf);
    if kind != Kind::Pdf && memchr::memmem::find(head, b"%PDF-").is_some() {
        problems.push(Problem::Polyglot("PDF"));
    }
    let is_zip = matches!(kind, Kind::Zip | Kind::OfficeXml | Kind::OpenDocument | Kind::Epub | Kind::Jar);
    if !is_zip && super::archive::has_zip_end(bytes) {
        problems.push(Problem::Polyglot("ZIP"));
    }
    let opens_script = match kind {
        Kind::Gif => bytes.get(6..8),
        Kind::Bmp => bytes.get(2..4),
        Kind::Jpeg => bytes.get(4..6),
        _ => None,
    };
    if opens_script.is_some_and(|two| two == b"/*" || two == b"//" || two.first() == Some(&b'=')) {
        problems.push(Problem::Polyglot("JavaScript"));
    }
    let is_binary =
        !is_text && !is_zip && !matches!(kind, Kind::Svg | Kind::Unknown | Kind::Empty | Kind::OfficeOle);
    if is_binary {
        if find_text(bytes, b"<?php").is_some() || find_text(bytes, b"<%@ page").is_some() {
            problems.push(Problem::Polyglot("script"));
        }
        let tags = [&b"<script"[..], b"<html", b"<iframe", b"<svg "];
        if kind != Kind::Pdf && tags.iter().any(|tag| find_text(bytes, tag).is_some()) {
            problems.push(Problem::Polyglot("HTML"));
        }
    }
}

/// Tells scripts, actions and macros.
pub(super) fn active(bytes: &[u8], kind: Kind, problems: &mut Vec<Problem>) {
    let mut tell = |what| problems.push(Problem::ActiveContent(what));
    match kind {
        Kind::Svg => {
            let tags = [
                &b"<script"[..],
                b":script",
                b"foreignobject",
                b"<iframe",
                b"<embed",
                b"<object",
                b"javascript:",
                b"data:text/html",
            ];
            if tags.iter().any(|tag| find_text(bytes, tag).is_some()) {
                tell("a script or foreign markup");
            }
            if find_text(bytes, b"<!doctype").is_some() || find_text(bytes, b"<!entity").is_some() {
                tell("a document type declaration");
            }
            let mut body = crate::body::Body::default();
            crate::body::read(crate::body::Processor::Xml, b"", bytes, &crate::Limits::default(), &mut body);
            if body.xml_attributes.iter().any(|field| {
                field.name.len() > 2 && field.name.get(..2).is_some_and(|on| on.eq_ignore_ascii_case(b"on"))
            }) {
                tell("an event handler");
            }
            if body.error.is_some() {
                tell("markup that is not well-formed");
            }
        }
        Kind::Pdf => {
            for (word, what) in [
                (&b"/JavaScript"[..], "JavaScript"),
                (b"/JS", "JavaScript"),
                (b"/Launch", "an action that starts a program"),
                (b"/OpenAction", "an action that runs on opening"),
                (b"/EmbeddedFile", "an embedded file"),
            ] {
                if memchr::memmem::find(bytes, word).is_some() {
                    tell(what);
                }
            }
        }
        Kind::OfficeXml if find_text(bytes, b"vbaproject.bin").is_some() => tell("macros"),
        Kind::OfficeOle => {
            let wide: Vec<u8> = b"_VBA_PROJECT".iter().flat_map(|byte| [*byte, 0]).collect();
            if memchr::memmem::find(bytes, &wide).is_some()
                || memchr::memmem::find(bytes, b"_VBA_PROJECT").is_some()
            {
                tell("macros");
            }
        }
        // `\objdata` too.
        Kind::Rtf if find_text(bytes, b"\\obj").is_some() => tell("an embedded object"),
        _ => {}
    }
}
