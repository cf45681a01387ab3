use super::*;
use policy::Redaction;

fn redactor() -> Redactor {
    Redactor::new(&Redaction::default(), &[("DB_PASSWORD".to_owned(), "hunter2/Ω\"x".to_owned())])
}

fn line(text: &str) -> String {
    String::from_utf8(redactor().line(text.as_bytes())).unwrap()
}

#[test]
fn ordinary_lines_are_as_they_were() {
    for text in ["START RequestId: 1", "", "plain\ttext", "{\"level\":\"INFO\",\"n\":12}"] {
        assert_eq!(line(text), text);
    }
}

#[test]
fn values_of_secret_variables_never_leave() {
    assert_eq!(line("connecting with hunter2/Ω\"x!"), "connecting with [DB_PASSWORD]!");
    assert_eq!(line(r#"{"m":"hunter2/Ω\"x"}"#), r#"{"m":"[DB_PASSWORD]"}"#);
    assert_eq!(line("hunter2%2F%CE%A9%22x"), "[DB_PASSWORD]");
}

#[test]
fn control_characters_are_shown() {
    assert_eq!(line("a\u{1b}[2Jb\rc\u{202e}d"), "a\\u001b[2Jb\\u000dc\\u202ed");
    assert_eq!(redactor().line(b"\xff\x1b"), b"\xff\\u001b");
}

#[test]
fn json_stays_json() {
    let key = ["AKIA", "Y3FDNTX7WJQZPLMB"].concat();
    for text in [
        format!(r#"{{"message":"key {key}","level":"INFO"}}"#),
        r#"{"card":4111111111111111,"n":1}"#.to_owned(),
        format!(r#"{{"a":[{{"password":"{}"}}]}}"#, ["Tr0ub4dor", "&3xyz!"].concat()),
        "{\"bidi\":\"\u{202e}\"}".to_owned(),
    ] {
        let out = line(&text);
        let value: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}"));
        assert!(!out.contains(&key) && !out.contains("4111111111111111") && !out.contains("Tr0ub4"), "{out}");
        assert!(value.is_object());
    }
}

fn split(chunks: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let mut splitter = Splitter::default();
    for chunk in chunks {
        splitter.push(chunk, |line| lines.push(line.to_vec()));
    }
    splitter.finish(|line| lines.push(line.to_vec()));
    lines
}

#[test]
fn lines_are_whole_whatever_the_chunks() {
    assert_eq!(split(&[b"a\nb", b"c\n", b"d"]), [b"a\n".to_vec(), b"bc\n".to_vec(), b"d".to_vec()]);
}

#[test]
fn a_long_line_leaves_in_parts_between_words() {
    let word = b"word ".repeat(LINE_BYTES_MAX / 4);
    let parts = split(&[&word]);
    assert!(parts.len() > 1 && parts.iter().all(|part| part.len() <= LINE_BYTES_MAX + 1));
    assert!(parts[0].ends_with(b"word \n"));
    assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), word.len() + parts.len() - 1);
}

#[test]
fn frames_are_read_strictly() {
    let mut frame = vec![0xa5, 0x5a, 0, 3, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8];
    frame.extend_from_slice(b"hi");
    let (head, message) = frames::one(&mut frame.as_slice()).unwrap().unwrap();
    assert_eq!((head.len(), message.as_slice()), (16, b"hi".as_slice()));
    assert!(frames::one(&mut frame.get(..17).unwrap()).is_err());
    assert!(frames::one(&mut b"plain text on it".as_slice()).is_err());
    assert!(frames::one(&mut [0xa5, 0x5a, 0, 3, 255, 0, 0, 0].as_slice()).is_err());
    assert!(frames::one(&mut b"".as_slice()).unwrap().is_none());
}
