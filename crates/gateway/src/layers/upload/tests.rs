//! Files in forms and raw bodies: found, judged, put back.
use super::*;
use expect_test::{Expect, expect};

/// A PNG of one pixel with a text chunk; checksums are not looked at.
fn png(with_text: bool) -> Vec<u8> {
    let chunk = |name: &[u8], data: &[u8]| {
        let mut out = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
        out.extend_from_slice(name);
        out.extend_from_slice(data);
        out.extend_from_slice(&[0; 4]);
        out
    };
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    out.extend(chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));
    if with_text {
        out.extend(chunk(b"tEXt", b"Comment\0taken at home"));
    }
    out.extend(chunk(b"IDAT", &[0x78, 0x9C, 0x63, 0, 0, 0, 2, 0, 1]));
    out.extend(chunk(b"IEND", b""));
    out
}

/// A ZIP with one stored entry that says it unpacks to `size` bytes.
fn zip(name: &str, size: u32) -> Vec<u8> {
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let mut out = b"PK\x03\x04".to_vec();
    out.extend_from_slice(&[0; 22]);
    out.extend_from_slice(&length);
    out.extend_from_slice(&[0; 2]);
    out.extend_from_slice(name.as_bytes());
    let offset = u32::try_from(out.len()).unwrap();
    let mut entry = [0_u8; 46];
    entry[..4].copy_from_slice(b"PK\x01\x02");
    entry[24..28].copy_from_slice(&size.to_le_bytes());
    entry[28..30].copy_from_slice(&length);
    out.extend_from_slice(&entry);
    out.extend_from_slice(name.as_bytes());
    let directory = u32::try_from(out.len()).unwrap() - offset;
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend_from_slice(&directory.to_le_bytes());
    out.extend_from_slice(&offset.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

fn plan(text: &str) -> Plan {
    Plan::new(&toml::from_str(text).unwrap(), "r").unwrap()
}

/// A form with a field before and one after the files.
fn form(files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut out = b"--b\r\nContent-Disposition: form-data; name=\"before\"\r\n\r\nx\r\n".to_vec();
    for (name, media, bytes) in files {
        out.extend_from_slice(
            format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {media}\r\n\r\n").as_bytes(),
        );
        out.extend_from_slice(bytes);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"--b\r\nContent-Disposition: form-data; name=\"after\"\r\n\r\ny\r\n--b--\r\n");
    out
}

fn judged(plan: &Plan, media: &str, name: &str, body: &[u8]) -> Outcome {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_str(media).unwrap());
    plan.judge(&headers, name, body)
}

fn told(outcome: &Outcome) -> String {
    let mut text = outcome.status.map_or("taken".to_owned(), |status| status.as_u16().to_string());
    for one in &outcome.violations {
        text.push_str(&format!("\n{}: {}", one.place, one.message));
    }
    text
}

const FORM: &str = "multipart/form-data; boundary=b";

fn check(plan: &Plan, files: &[(&str, &str, &[u8])], expected: Expect) {
    expected.assert_eq(&told(&judged(plan, FORM, "", &form(files))));
}

#[test]
fn files_of_a_form_are_judged_by_content() {
    let plan =
        plan("on = true\ntypes = [\"image/png\", \"application/pdf\"]\nfiles-max = 2\nfile-bytes-max = 1000");
    check(&plan, &[("a.png", "image/png", &png(false))], expect!["taken"]);
    check(
        &plan,
        &[("a.png", "image/png", b"<?php system($_GET[0]);")],
        expect![[r#"
        415
        files/0: a file of kind `script` may not be sent
        files/0: the content is `script`, the name ends with `png`
        files/0: the content is `script`, declared as `image/png`"#]],
    );
    check(
        &plan,
        &[("a.png", "image/gif", &png(false))],
        expect![[r#"
        415
        files/0: the content is `PNG`, declared as `image/gif`
        files/0: a file declared as this type may not be sent"#]],
    );
    check(
        &plan,
        &[("a.php.png", "image/png", &png(false))],
        expect![[r#"
        422
        files/0: the name: it holds an ending that servers or browsers run"#]],
    );
    check(
        &plan,
        &[("a.png", "image/png", &[&png(false)[..], b"<script>alert(1)</script>"].concat())],
        expect![[r#"
            422
            files/0: the file is also `HTML`
            files/0: 25 bytes follow the end of the picture"#]],
    );
    check(
        &plan,
        &[("a.png", "image/png", &[&png(false)[..], &[0; 1000]].concat())],
        expect![[r#"
        413
        files/0: the file has more than 1000 bytes"#]],
    );
    let one: (&str, &str, &[u8]) = ("a.png", "image/png", &png(false));
    check(
        &plan,
        &[one, one, one],
        expect![[r#"
        413
        body: there are more than 2 files"#]],
    );
}

#[test]
fn archives_need_leave_and_are_measured() {
    let closed = plan("on = true");
    check(
        &closed,
        &[("a.zip", "application/zip", &zip("a.txt", 0))],
        expect![[r#"
        415
        files/0: a file of kind `ZIP` may not be sent"#]],
    );
    let open = plan("on = true\nallow-archives = true");
    check(&open, &[("a.zip", "application/zip", &zip("a.txt", 0))], expect!["taken"]);
    check(
        &open,
        &[("a.zip", "application/zip", &zip("../../a.txt", 200 << 20))],
        expect![[r#"
        422
        files/0: archive: an entry leads out of the folder
        files/0: archive: the size of an entry cannot be
        files/0: archive: it unpacks to too much
        files/0: archive: it unpacks to too many times its size"#]],
    );
    check(&closed, &[("a.txt", "text/plain", b"hello")], expect!["taken"]);
}

#[test]
fn metadata_goes_and_every_other_byte_stays() {
    let plan = plan("on = true");
    let (dirty, clean) = (png(true), png(false));
    let body =
        form(&[("a.png", "image/png", &dirty), ("b.txt", "text/plain", b"text"), ("c.png", "", &dirty)]);
    let outcome = judged(&plan, FORM, "", &body);
    assert_eq!(told(&outcome), "taken");
    let expected =
        form(&[("a.png", "image/png", &clean), ("b.txt", "text/plain", b"text"), ("c.png", "", &clean)]);
    assert_eq!(parts::replaced(&body, &outcome.changes), expected);
    let kept = super::Plan::new(&toml::from_str("on = true\nstrip-metadata = false").unwrap(), "r").unwrap();
    assert!(judged(&kept, FORM, "", &body).changes.is_empty());
}

#[test]
fn raw_bodies_are_files() {
    let plan = plan("on = true\ntypes = [\"image/*\"]");
    let outcome = judged(&plan, "image/png", "avatar", &png(true));
    assert_eq!(
        (told(&outcome).as_str(), parts::replaced(&png(true), &outcome.changes)),
        ("taken", png(false))
    );
    assert_eq!(judged(&plan, "image/png", "john.doe", &png(true)).changes.len(), 1);
    expect![[r#"
        415
        body: the name: it holds an ending that servers or browsers run
        body: the content is `PNG`, the name ends with `php`"#]]
    .assert_eq(&told(&judged(&plan, "image/png", "shell.php", &png(false))));
    expect![[r#"
        415
        body: a file of kind `PDF` may not be sent
        body: a file declared as this type may not be sent"#]]
    .assert_eq(&told(&judged(&plan, "application/pdf", "", b"%PDF-1.4")));
    assert_eq!(told(&judged(&plan, "application/json", "", b"{\"a\":1}")), "taken");
    expect![[r#"
        415
        body: a file of kind `program` may not be sent
        body: the content is `program`, declared as `application/json`
        body: a file declared as this type may not be sent"#]]
    .assert_eq(&told(&judged(&plan, "application/json", "", b"MZ\0\0\x90")));
    let form_only = super::Plan::new(&toml::from_str("on = true\nraw = false").unwrap(), "r").unwrap();
    assert_eq!(told(&judged(&form_only, "image/png", "", b"MZ")), "taken");
}

#[test]
fn forms_that_two_readers_read_differently_are_refused() {
    let plan = plan("on = true");
    let part = |head: &str, content: &str| {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n{head}\r\n{content}\r\n--b--\r\n"
        );
        told(&judged(&plan, FORM, "", body.as_bytes()))
    };
    assert_eq!(part("", "hello"), "taken");
    expect![[r#"
        400
        body: a part is encoded (`Content-Transfer-Encoding`); send it as it is"#]]
    .assert_eq(&part("Content-Transfer-Encoding: base64\r\n", "aGVsbG8="));
    expect![[r#"
        400
        body: a part holds parts of its own; send one part for each file"#]]
    .assert_eq(&part("Content-Type: multipart/mixed; boundary=c\r\n", "--c--"));
    expect![[r#"
        400
        body: two readers would see different files"#]]
    .assert_eq(&told(&judged(
        &plan,
        FORM,
        "",
        b"--b\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\n\nx\n--b--\n",
    )));
    expect![[r#"
        400
        body: Multipart parsing error: the final boundary is missing"#]]
    .assert_eq(&told(&judged(
        &plan,
        FORM,
        "",
        b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\nx",
    )));
    expect![[r#"
        400
        body: Multipart parsing error: Content-Type is not multipart/form-data"#]]
    .assert_eq(&told(&judged(&plan, "multipart/mixed; boundary=b", "", b"--b--")));
}

#[test]
fn places_are_those_of_the_files() {
    let body = form(&[("a.txt", "text/plain", b"one"), ("b.txt", "", b"")]);
    let files = parts::files("multipart/form-data; boundary=\"b\"", &body).unwrap();
    let contents: Vec<_> = files.iter().map(|file| &body[file.content.clone()]).collect();
    assert_eq!(contents, [&b"one"[..], b""]);
    assert_eq!(
        (files[0].names.as_slice(), files[0].declared.as_str()),
        (&["a.txt".to_owned()][..], "text/plain")
    );
    let other = b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"; filename*=UTF-8''b.php\r\n\r\nx\r\n--b--";
    let files = parts::files(FORM, other).unwrap();
    assert_eq!(files[0].names, ["a.txt", "b.php"]);
}

#[test]
fn leave_for_pictures_is_none_for_films() {
    let pictures = plan("on = true\ntypes = [\"image/*\"]");
    let film = |brand: &str| format!("\0\0\0\u{14}ftyp{brand}\0\0\0\0mp42").into_bytes();
    check(&pictures, &[("a.heic", "", &film("heic"))], expect!["taken"]);
    check(
        &pictures,
        &[("a.mp4", "application/octet-stream", &film("isom"))],
        expect![[r#"
        415
        files/0: a file of kind `MP4` may not be sent"#]],
    );
    let films = super::Plan::new(&toml::from_str("types = [\"video/mp4\"]").unwrap(), "r").unwrap();
    check(&films, &[("a.mp4", "video/mp4", &film("isom"))], expect!["taken"]);
}

#[test]
fn types_that_are_none_are_told() {
    let wrong = |text: &str| Plan::new(&toml::from_str(text).unwrap(), "r").unwrap_err().to_string();
    expect!["`route.r.upload.types`: `image/nothing` is no type that can be told by its content; write `image/png`, `image/*` or `png`"].assert_eq(&wrong("types = [\"image/nothing\"]"));
    expect![
        "`route.r.upload`: `files-max` and `file-bytes-max` are at least 1; leave `on` out to judge nothing"
    ]
    .assert_eq(&wrong("files-max = 0"));
}
