//! Files of each kind, made by a grammar and then broken. What is judged good and was cleaned is good and clean the second time.
use super::Target;
use super::choices::Choices;
use waf::upload::{Policy, judge};

pub(crate) const UPLOAD: Target = Target {
    name: "upload",
    seeds: &[
        b"\x89PNG\r\n\x1a\n\0\0\0\x01IHDRx0000\0\0\0\x02tEXtab0000\0\0\0\0IEND0000",
        b"GIF89a\x01\0\x01\0\0\0\0\x21\xFE\x02hi\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x01x\0;",
        b"\xFF\xD8\xFF\xE0\0\x07JFIF\0\xFF\xE1\0\x08Exif\0\0\xFF\xFE\0\x04hi\xFF\xDA\0\x02a\xFF\0b\xFF\xD9",
        b"RIFF\x16\0\0\0WEBPVP8 \x02\0\0\0abEXIF\x02\0\0\0ab",
        b"%PDF-1.7\n1 0 obj <</OpenAction 2 0 R /JS (x)>> endobj\n%%EOF",
        b"{\\rtf1 \\object\\objdata 00}",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x106\x05\0\0\0",
        b"choices:0123456789abcdefghijklmnopqrstuvwxyz",
        b"choices:\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f",
        b"choices:zyxwvutsrqponmlkjihgfedcba",
    ],
    pieces: &[
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"\xFF\xD8\xFF",
        b"\xFF\xDA",
        b"\xFF\xD9",
        b"IEND",
        b"\0\0\0\0",
        b"\xFF\xFF\xFF\xFF",
        b"<script",
        b"<?php",
        b"%PDF-",
        b"/JavaScript",
        b"RIFF",
        b"GIF89a",
        b"\x21\xFE",
        b"ftypheic",
        b"\x7fELF",
        b"ustar\0",
        b"7z\xBC\xAF\x27\x1C",
        b"<svg",
        b"<!ENTITY",
        b"choices:",
    ],
    endings: &[".png", ".jpg", ".gif", ".webp", ".zip", ".pdf", ".docx", ".svg", ".tar", ".gz", ".jar"],
    run: upload,
};

fn upload(bytes: &[u8]) {
    let made;
    let bytes = match bytes.strip_prefix(b"choices:") {
        Some(rest) => {
            made = file(&mut Choices::new(rest));
            made.as_slice()
        }
        None => bytes,
    };
    let policies = [
        Policy::default(),
        Policy { active_content: true, nested_archives: true, ..Policy::default() },
        Policy {
            bytes_max: 64,
            entries_max: 1,
            unpacked_bytes_max: 100,
            ratio_max: 1,
            strip_metadata: false,
            ..Policy::default()
        },
    ];
    for policy in &policies {
        for (name, declared) in [
            ("a", ""),
            ("a.png", "image/png"),
            ("a.php.\u{202e}gif", "text/html; x"),
            ("../.zip ", "application/zip"),
        ] {
            let judged = judge(name, declared, bytes, policy);
            for problem in &judged.problems {
                assert!(problem.to_string().len() < 300, "a problem is short");
            }
            if let Some(cleaned) = judged.cleaned {
                assert!(
                    judged.problems.is_empty() && cleaned.len() <= bytes.len(),
                    "cleaning only takes away"
                );
                let again = judge(name, declared, &cleaned, policy);
                assert_eq!(again.kind, judged.kind, "cleaning changes the kind");
                assert_eq!((again.problems, again.cleaned), (Vec::new(), None), "a cleaned file is clean");
            }
        }
    }
}

fn file(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut out = match choices.below(6) {
        0 => png(choices),
        1 => jpeg(choices),
        2 => gif(choices),
        3 => webp(choices),
        4 => zip(choices),
        _ => tar(choices),
    };
    // Sometimes a byte is wrong, or something follows.
    if choices.rarely(3) {
        let at = choices.below(256) * out.len() / 256;
        let value = u8::try_from(choices.below(256)).unwrap_or_default();
        if let Some(byte) = out.get_mut(at) {
            *byte = value;
        }
    }
    if choices.rarely(6) {
        out.extend_from_slice(choices.one(&["PK\u{3}\u{4}", "<script>", "\0", "<?php 1"]).as_bytes());
    }
    out
}

fn some(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut out: Vec<u8> =
        (0..choices.below(12)).map(|_| u8::try_from(choices.below(256)).unwrap_or_default()).collect();
    if choices.rarely(8) {
        out.resize(choices.below(256) * 40, b'x');
    }
    out
}

/// A length, mostly the true one.
fn length(choices: &mut Choices<'_>, truth: usize) -> u32 {
    let told = match choices.below(24) {
        0 => 0,
        1 => u32::MAX as usize,
        2 => truth + 1,
        3 => 0x7fff_ffff,
        _ => truth,
    };
    u32::try_from(told).unwrap_or(u32::MAX)
}

fn png(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for number in 0..=choices.below(6) {
        let name = if number == 0 {
            "IHDR"
        } else {
            choices.one(&[
                "IDAT", "tEXt", "zTXt", "iTXt", "eXIf", "tIME", "iCCP", "PLTE", "acTL", "fdAT", "xxxx",
                "IEND",
            ])
        };
        let content = some(choices);
        out.extend_from_slice(&length(choices, content.len()).to_be_bytes());
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&content);
        out.extend_from_slice(b"0000");
    }
    out.extend_from_slice(b"\0\0\0\0IEND0000");
    out
}

fn jpeg(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut out = b"\xFF\xD8".to_vec();
    for _ in 0..=choices.below(6) {
        let marker = choices
            .one(&[0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE, 0xDB, 0xC0, 0xC4, 0xDA, 0xDD, 0x01, 0xD0, 0xFF, 0xD9]);
        out.extend_from_slice(&[0xFF, marker]);
        if matches!(marker, 0x01 | 0xD0 | 0xFF | 0xD9) {
            continue;
        }
        let mut content = choices
            .one(&["JFIF\0", "Exif\0\0", "http://ns.adobe.com/xap/1.0/\0", "ICC_PROFILE\0", "MPF\0", ""])
            .as_bytes()
            .to_vec();
        content.extend_from_slice(&some(choices));
        let told = u16::try_from(length(choices, content.len() + 2) & 0xffff).unwrap_or_default();
        out.extend_from_slice(&told.to_be_bytes());
        out.extend_from_slice(&content);
        if marker == 0xDA {
            out.extend_from_slice(b"a\xFF\0b\xFF\xD1c");
        }
    }
    out.extend_from_slice(b"\xFF\xD9");
    out
}

fn gif(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut out = b"GIF89a\x01\0\x01\0".to_vec();
    let table = u8::try_from(choices.below(256)).unwrap_or_default();
    out.extend_from_slice(&[table, 0, 0]);
    if table & 0x80 != 0 {
        out.resize(out.len() + (6 << (table & 7)), 7);
    }
    for _ in 0..=choices.below(5) {
        match choices.below(4) {
            0 => out.extend_from_slice(b"\x2C\0\0\0\0\x01\0\x01\0\0\x02"),
            1 => out.extend_from_slice(b"\x21\xFE"),
            2 => out.extend_from_slice(b"\x21\xFF\x0bXMP DataXMP"),
            _ => out.extend_from_slice(b"\x21\xF9"),
        }
        for _ in 0..choices.below(3) {
            let block = some(choices);
            let block = block.get(..block.len().min(255)).unwrap_or_default();
            out.push(u8::try_from(block.len()).unwrap_or_default());
            out.extend_from_slice(block);
        }
        out.push(0);
    }
    out.push(b';');
    out
}

fn webp(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut chunks = b"WEBP".to_vec();
    for _ in 0..=choices.below(5) {
        let content = some(choices);
        chunks.extend_from_slice(
            choices.one(&["VP8 ", "VP8L", "VP8X", "EXIF", "XMP ", "ICCP", "ANIM", "ANMF", "ALPH"]).as_bytes(),
        );
        chunks.extend_from_slice(&length(choices, content.len()).to_le_bytes());
        chunks.extend_from_slice(&content);
        if content.len() % 2 == 1 && !choices.rarely(8) {
            chunks.push(0);
        }
    }
    let mut out = b"RIFF".to_vec();
    out.extend_from_slice(&length(choices, chunks.len()).to_le_bytes());
    out.extend_from_slice(&chunks);
    out
}

fn zip(choices: &mut Choices<'_>) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let count = choices.below(5);
    for _ in 0..count {
        let start = u32::try_from(out.len()).unwrap_or_default();
        let name = choices
            .one(&[
                "a",
                "../a",
                "/etc/x",
                "word/document.xml",
                "[Content_Types].xml",
                "mimetype",
                "META-INF/MANIFEST.MF",
                "a.zip",
                "vbaProject.bin",
                "é/\\",
                "b/",
            ])
            .as_bytes();
        let content = some(choices);
        let name_length = u16::try_from(name.len()).unwrap_or_default().to_le_bytes();
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&[0; 14]);
        out.extend_from_slice(&length(choices, content.len()).to_le_bytes());
        out.extend_from_slice(&length(choices, content.len()).to_le_bytes());
        out.extend_from_slice(&name_length);
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(name);
        out.extend_from_slice(&content);
        let mut entry = b"PK\x01\x02".to_vec();
        entry.resize(20, 0);
        entry.extend_from_slice(&length(choices, content.len()).to_le_bytes());
        entry.extend_from_slice(&length(choices, content.len()).to_le_bytes());
        entry.extend_from_slice(&name_length);
        entry.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0]);
        entry.extend_from_slice(
            &choices.one(&[0_u32, 0o120_777 << 16, 0o100_644 << 16, u32::MAX]).to_le_bytes(),
        );
        entry.extend_from_slice(&length(choices, start as usize).to_le_bytes());
        entry.extend_from_slice(name);
        directory.extend_from_slice(&entry);
    }
    let offset = out.len();
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        out.extend_from_slice(
            &u16::try_from(length(choices, count) & 0xffff).unwrap_or_default().to_le_bytes(),
        );
    }
    out.extend_from_slice(&length(choices, directory.len()).to_le_bytes());
    out.extend_from_slice(&length(choices, offset).to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

fn tar(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..=choices.below(3) {
        let content = some(choices);
        let mut header = vec![0_u8; 512];
        let mut put = |at: usize, text: &[u8]| {
            if let Some(part) = header.get_mut(at..at + text.len()) {
                part.copy_from_slice(text);
            }
        };
        put(0, choices.one(&["a", "../x", "/abs", "b.tar", "é"]).as_bytes());
        let told = length(choices, content.len());
        put(124, format!("{told:011o}\0").as_bytes());
        put(156, choices.one(&["0", "2", "5", "x", "L", "S"]).as_bytes());
        put(257, b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 32;
        if let Some(part) = header.get_mut(148..156) {
            part.copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
        out.extend_from_slice(&header);
        out.extend_from_slice(&content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}
