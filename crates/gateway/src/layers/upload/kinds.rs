//! Media types and short names of the kinds that settings may name.
use waf::upload::Kind;

/// Media type, short name, kind.
const KINDS: &[(&str, &str, Kind)] = &[
    ("image/jpeg", "jpeg", Kind::Jpeg),
    ("image/png", "png", Kind::Png),
    ("image/gif", "gif", Kind::Gif),
    ("image/webp", "webp", Kind::WebP),
    ("image/bmp", "bmp", Kind::Bmp),
    ("image/tiff", "tiff", Kind::Tiff),
    ("image/x-icon", "ico", Kind::Icon),
    ("image/vnd.microsoft.icon", "icon", Kind::Icon),
    ("image/svg+xml", "svg", Kind::Svg),
    ("image/avif", "avif", Kind::Mp4),
    ("image/heic", "heic", Kind::Mp4),
    ("application/pdf", "pdf", Kind::Pdf),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", Kind::OfficeXml),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", Kind::OfficeXml),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx", Kind::OfficeXml),
    ("application/msword", "doc", Kind::OfficeOle),
    ("application/vnd.ms-excel", "xls", Kind::OfficeOle),
    ("application/vnd.ms-powerpoint", "ppt", Kind::OfficeOle),
    ("application/vnd.oasis.opendocument.text", "odt", Kind::OpenDocument),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods", Kind::OpenDocument),
    ("application/vnd.oasis.opendocument.presentation", "odp", Kind::OpenDocument),
    ("application/epub+zip", "epub", Kind::Epub),
    ("application/rtf", "rtf", Kind::Rtf),
    ("application/zip", "zip", Kind::Zip),
    ("application/x-tar", "tar", Kind::Tar),
    ("application/gzip", "gzip", Kind::Gzip),
    ("application/x-bzip2", "bzip2", Kind::Bzip2),
    ("application/x-xz", "xz", Kind::Xz),
    ("application/zstd", "zstd", Kind::Zstandard),
    ("application/x-7z-compressed", "7z", Kind::SevenZip),
    ("application/vnd.rar", "rar", Kind::Rar),
    ("audio/mpeg", "mp3", Kind::Mp3),
    ("audio/mp4", "m4a", Kind::Mp4),
    ("video/mp4", "mp4", Kind::Mp4),
    ("video/quicktime", "mov", Kind::Mp4),
    ("audio/ogg", "ogg", Kind::Ogg),
    ("video/ogg", "ogv", Kind::Ogg),
    ("audio/wav", "wav", Kind::Wave),
    ("video/webm", "webm", Kind::Matroska),
    ("audio/webm", "weba", Kind::Matroska),
    ("application/wasm", "program", Kind::Program),
    ("application/java-archive", "jar", Kind::Jar),
    ("text/x-script", "script", Kind::Script),
    ("text/html", "html", Kind::Html),
    ("application/xml", "xml", Kind::Xml),
    ("text/xml", "text-xml", Kind::Xml),
    ("application/json", "json", Kind::Json),
    ("text/plain", "txt", Kind::Text),
    ("text/csv", "csv", Kind::Text),
    ("application/octet-stream", "unknown", Kind::Unknown),
    ("application/x-empty", "empty", Kind::Empty),
];

/// Brands of pictures in the container of MP4 (ISO 23008-12, 10; AV1 Image File Format, 6).
const PICTURE_BRANDS: [&[u8]; 9] =
    [b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"];

/// The kinds that a setting names: a media type, a range (`image/*`), or a short name. Empty when it names none.
pub(super) fn named(text: &str) -> Vec<Kind> {
    rows(text).map(|(_, _, kind)| *kind).collect()
}

/// Whether a setting names films or sound in the container that pictures use, too.
pub(super) fn names_films(text: &str) -> bool {
    rows(text).any(|(media, _, kind)| *kind == Kind::Mp4 && !media.starts_with("image/"))
}

/// Whether a file of that container is none of pictures.
pub(super) fn is_film(kind: Kind, bytes: &[u8]) -> bool {
    let brand = bytes.get(8..12).unwrap_or_default();
    kind == Kind::Mp4 && !PICTURE_BRANDS.contains(&brand)
}

fn rows(text: &str) -> impl Iterator<Item = &'static (&'static str, &'static str, Kind)> {
    let text = text.trim().to_ascii_lowercase();
    KINDS.iter().filter(move |(media, short, _)| match text.strip_suffix('*') {
        Some(range) => range.ends_with('/') && media.starts_with(range),
        None => *media == text || *short == text,
    })
}

/// Whether a kind is an archive that is sent as one; documents that are archives within are none.
pub(super) fn is_archive(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Zip
            | Kind::Tar
            | Kind::Gzip
            | Kind::Bzip2
            | Kind::Xz
            | Kind::Zstandard
            | Kind::SevenZip
            | Kind::Rar
    )
}

/// Every kind that neither runs nor is an archive.
pub(super) fn harmless() -> Vec<Kind> {
    let mut kinds: Vec<Kind> = KINDS.iter().map(|(_, _, kind)| *kind).collect();
    kinds.retain(|kind| !kind.runs() && !is_archive(*kind));
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Every archive.
pub(super) fn archives() -> impl Iterator<Item = Kind> {
    KINDS.iter().map(|(_, _, kind)| *kind).filter(|kind| is_archive(*kind))
}
