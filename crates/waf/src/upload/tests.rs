//! Files that users send.
use super::{Kind, Policy, judge};
use expect_test::{Expect, expect};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x01IHDRx0000\0\0\0\x02tEXtab0000\0\0\0\0IEND0000";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0\x21\xFE\x02hi\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x01x\0;";
const JPEG: &[u8] =
    b"\xFF\xD8\xFF\xE0\0\x07JFIF\0\xFF\xE1\0\x08Exif\0\0\xFF\xFE\0\x04hi\xFF\xDA\0\x02a\xFF\0b\xFF\xD9";

fn check(name: &str, declared: &str, bytes: &[u8], expected: Expect) {
    let judgement = judge(name, declared, bytes, &Policy::default());
    let mut text = format!("{:?}\n", judgement.kind);
    for problem in &judgement.problems {
        text.push_str(&format!("! {problem}\n"));
    }
    if let Some(cleaned) = judgement.cleaned {
        text.push_str(&format!("{}\n", cleaned.escape_ascii()));
    }
    expected.assert_eq(&text);
}

/// A ZIP of stored entries without content: name and Unix mode, declared size.
fn zip(entries: &[(&str, u32, u32)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, mode, size) in entries {
        let start = u32::try_from(out.len()).unwrap();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&[0; 22]);
        out.extend_from_slice(&length);
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(name.as_bytes());
        let mut entry = [0_u8; 46];
        entry[..4].copy_from_slice(b"PK\x01\x02");
        entry[20..24].copy_from_slice(&size.to_le_bytes());
        entry[24..28].copy_from_slice(&size.to_le_bytes());
        entry[28..30].copy_from_slice(&length);
        entry[38..42].copy_from_slice(&(mode << 16).to_le_bytes());
        entry[42..46].copy_from_slice(&start.to_le_bytes());
        directory.extend_from_slice(&entry);
        directory.extend_from_slice(name.as_bytes());
    }
    let offset = u32::try_from(out.len()).unwrap();
    let (size, count) = (u32::try_from(directory.len()).unwrap(), u16::try_from(entries.len()).unwrap());
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&offset.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

#[test]
fn pictures_lose_their_metadata() {
    check(
        "a.png",
        "image/png",
        PNG,
        expect![[r#"
        Png
        \x89PNG\r\n\x1a\n\x00\x00\x00\x01IHDRx0000\x00\x00\x00\x00IEND0000
    "#]],
    );
    check(
        "a.gif",
        "image/gif",
        GIF,
        expect![[r#"
        Gif
        GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01x\x00;
    "#]],
    );
    check(
        "a.jpg",
        "image/jpeg",
        JPEG,
        expect![[r#"
        Jpeg
        \xff\xd8\xff\xe0\x00\x07JFIF\x00\xff\xda\x00\x02a\xff\x00b\xff\xd9
    "#]],
    );
}

#[test]
fn names_and_types_must_fit_the_content() {
    check(
        "a.png",
        "image/png",
        GIF,
        expect![[r#"
        Gif
        ! the content is `GIF`, the name ends with `png`
        ! the content is `GIF`, declared as `image/png`
    "#]],
    );
    check(
        "a.php.gif",
        "",
        GIF,
        expect![[r#"
        Gif
        ! the name: it holds an ending that servers or browsers run
    "#]],
    );
    check(
        "../a.gif",
        "",
        GIF,
        expect![[r#"
        Gif
        ! the name: it holds a path
        ! the name: it begins or ends with a dot, or ends with a space
    "#]],
    );
    check(
        "a.gif",
        "",
        b"<?php system(1);",
        expect![[r#"
        Script
        ! a file of kind `script` may not be sent
        ! the content is `script`, the name ends with `gif`
    "#]],
    );
    check(
        "a.txt",
        "text/plain",
        b"hello",
        expect![[r#"
        Text
    "#]],
    );
    check(
        "a.exe",
        "",
        b"MZ\0\0",
        expect![[r#"
        Program
        ! a file of kind `program` may not be sent
    "#]],
    );
}

#[test]
fn two_formats_at_once_are_refused() {
    check(
        "a.gif",
        "",
        &[GIF, b"<script>alert(1)</script>"].concat(),
        expect![[r#"
        Gif
        ! the file is also `HTML`
        ! 25 bytes follow the end of the picture
    "#]],
    );
    check(
        "a.gif",
        "",
        b"GIF89a/*\x01\0\0\0\0;*/=1;alert(1)//",
        expect![[r#"
        Gif
        ! the file is also `JavaScript`
        ! 15 bytes follow the end of the picture
    "#]],
    );
    check(
        "a.jpg",
        "",
        &[JPEG, &zip(&[("a", 0, 0)])].concat(),
        expect![[r#"
        Jpeg
        ! the file is also `ZIP`
        ! 100 bytes follow the end of the picture
    "#]],
    );
    check(
        "a.png",
        "",
        &PNG[..PNG.len() - 4],
        expect![[r#"
        Png
        ! the file is damaged: it breaks off or is no picture
    "#]],
    );
}

#[test]
fn active_content_is_told() {
    check(
        "a.svg",
        "image/svg+xml",
        b"<svg onload='x()'><script>1</script></svg>",
        expect![[r#"
        Svg
        ! the file holds a script or foreign markup
        ! the file holds an event handler
    "#]],
    );
    check(
        "a.svg",
        "image/svg+xml",
        b"<svg><path d='M0'/></svg>",
        expect![[r#"
        Svg
    "#]],
    );
    check(
        "a.pdf",
        "",
        b"%PDF-1.4 /OpenAction << /S /JavaScript >>",
        expect![[r#"
        Pdf
        ! the file holds JavaScript
        ! the file holds an action that runs on opening
    "#]],
    );
    check(
        "a.docm",
        "",
        &zip(&[("[Content_Types].xml", 0, 0), ("word/vbaProject.bin", 0, 0)]),
        expect![[r#"
        OfficeXml
        ! the file holds macros
    "#]],
    );
}

#[test]
fn archives_are_measured_by_their_directory() {
    check(
        "a.zip",
        "",
        &zip(&[("a.txt", 0, 0), ("b/c.txt", 0, 0)]),
        expect![[r#"
        Zip
    "#]],
    );
    check(
        "a.zip",
        "",
        &zip(&[("../a", 0, 0), ("l", 0o120_777, 0), ("b.zip", 0, 0), ("c", 0, 200 << 20)]),
        expect![[r#"
            Zip
            ! archive: an entry leads out of the folder
            ! archive: it holds a link
            ! archive: it holds an archive
            ! archive: entries share their content
            ! archive: it unpacks to too much
            ! archive: it unpacks to too many times its size
        "#]],
    );
    assert_eq!(
        judge("a", "", &[b"x", &zip(&[("a", 0, 0)])[..]].concat(), &Policy::default()).kind,
        Kind::Unknown
    );
}

#[test]
fn what_metadata_kept_away_from_the_beginning_does_not_come_there() {
    let chunk = |name: &[u8], content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&length[..], name, content, b"0000"].concat()
    };
    let hidden = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", b"x"),
        chunk(b"tEXt", &[b'a'; 2000]),
        chunk(b"prVt", b"%PDF-1.7"),
        chunk(b"IEND", b""),
    ]
    .concat();
    check(
        "a.png",
        "image/png",
        &hidden,
        expect![[r#"
        Png
        ! the file is also `PDF`
    "#]],
    );
}
