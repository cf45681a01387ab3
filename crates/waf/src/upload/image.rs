//! Pictures, segment by segment: where they end, and what remains without metadata. No pixel is touched.
use super::Kind;

pub(super) struct Picture {
    /// Bytes of the picture.
    pub(super) end: usize,
    pub(super) cleaned: Vec<u8>,
}

/// None for other kinds; a reason when the picture is damaged.
pub(super) fn walk(bytes: &[u8], kind: Kind) -> Option<Result<Picture, &'static str>> {
    let walk = match kind {
        Kind::Jpeg => jpeg,
        Kind::Png => png,
        Kind::Gif => gif,
        Kind::WebP => webp,
        _ => return None,
    };
    Some(walk(bytes).ok_or("it breaks off or is no picture"))
}

/// ITU T.81, annex B. Of the `APPn` segments the colour profile, JFIF and Adobe's stay.
fn jpeg(bytes: &[u8]) -> Option<Picture> {
    let mut cleaned = bytes.get(..2)?.to_vec();
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xFF => {
                at += 1;
                continue;
            }
            0xD9 => {
                cleaned.extend_from_slice(&[0xFF, 0xD9]);
                return Some(Picture { end: at + 2, cleaned });
            }
            0x01 | 0xD0..=0xD7 => {
                cleaned.extend_from_slice(bytes.get(at..at + 2)?);
                at += 2;
                continue;
            }
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(*bytes.get(at + 2..)?.first_chunk()?));
        let segment = bytes.get(at..at + 2 + length.max(2))?;
        let content = segment.get(4..).unwrap_or_default();
        let keeps = match marker {
            0xE0 => content.starts_with(b"JFIF\0"),
            0xE2 => content.starts_with(b"ICC_PROFILE\0"),
            0xEE => content.starts_with(b"Adobe"),
            0xE1..=0xEF | 0xFE => false,
            _ => true,
        };
        if keeps {
            cleaned.extend_from_slice(segment);
        }
        at += segment.len();
        if marker == 0xDA {
            let scan = scan_length(bytes.get(at..)?)?;
            cleaned.extend_from_slice(bytes.get(at..at + scan)?);
            at += scan;
        }
    }
}

/// Bytes of coded data up to the next marker that is no restart.
fn scan_length(data: &[u8]) -> Option<usize> {
    memchr::memchr_iter(0xFF, data)
        .find(|at| data.get(at + 1).is_some_and(|next| !matches!(next, 0 | 0xD0..=0xD7 | 0xFF)))
}

/// PNG (third edition), 5.3. Text, time and EXIF chunks go.
fn png(bytes: &[u8]) -> Option<Picture> {
    let mut cleaned = bytes.get(..8)?.to_vec();
    let mut at = 8;
    loop {
        let length = usize::try_from(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?)).ok()?;
        let chunk = bytes.get(at..at.checked_add(length)?.checked_add(12)?)?;
        let name = chunk.get(4..8)?;
        let is_metadata = [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"caBX"]
            .iter()
            .any(|known| name == known.as_slice());
        if !is_metadata {
            cleaned.extend_from_slice(chunk);
        }
        at += chunk.len();
        if name == b"IEND" {
            return Some(Picture { end: at, cleaned });
        }
    }
}

/// GIF89a. Comments go, and application blocks but those of loops and colour profiles.
fn gif(bytes: &[u8]) -> Option<Picture> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + table(*bytes.get(10)?);
    let mut cleaned = bytes.get(..at)?.to_vec();
    loop {
        let start = at;
        let keeps = match bytes.get(at)? {
            0x3B => {
                cleaned.push(0x3B);
                return Some(Picture { end: at + 1, cleaned });
            }
            0x2C => {
                at += 10 + table(*bytes.get(at + 9)?) + 1;
                true
            }
            0x21 => {
                let label = *bytes.get(at + 1)?;
                let name = bytes.get(at + 3..at + 14).unwrap_or_default();
                at += 2;
                label != 0xFE
                    && (label != 0xFF
                        || [&b"NETSCAPE2.0"[..], b"ANIMEXTS1.0", b"ICCRGBG1012"].contains(&name))
            }
            _ => return None,
        };
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
        if keeps {
            cleaned.extend_from_slice(bytes.get(start..at)?);
        }
    }
}

/// RIFF container of WebP. The flags of its header lose EXIF and XMP as well.
fn webp(bytes: &[u8]) -> Option<Picture> {
    let size = usize::try_from(u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?)).ok()?;
    let end = size.checked_add(8)?;
    let mut cleaned = bytes.get(..12)?.to_vec();
    let whole = bytes.get(..end)?;
    let mut at = 12;
    while at < end {
        let length = usize::try_from(u32::from_le_bytes(*whole.get(at + 4..)?.first_chunk()?)).ok()?;
        let chunk = whole.get(at..at.checked_add(8)?.checked_add(length)?.checked_add(length & 1)?)?;
        let name = chunk.get(..4)?;
        if name == b"VP8X" {
            let mut header = chunk.to_vec();
            if let Some(flags) = header.get_mut(8) {
                *flags &= !0x0C;
            }
            cleaned.extend_from_slice(&header);
        } else if name != b"EXIF" && name != b"XMP " {
            cleaned.extend_from_slice(chunk);
        }
        at += chunk.len();
    }
    let size = u32::try_from(cleaned.len() - 8).ok()?.to_le_bytes();
    cleaned.splice(4..8, size);
    Some(Picture { end, cleaned })
}
