//! JSON texts of others: `BUCKLER_JSON_TESTS` names the folder of `JSONTestSuite` that holds `test_parsing`.
use crate::Limits;
use crate::body::{Body, Processor, read};
use crate::seclang::corpus::folder;
use expect_test::expect;

/// What keeps a reader from a text, and the oddities that it tells.
fn read_text(body: &[u8]) -> Body {
    let limits = Limits { depth_max: 200_000, arguments_max: 1_000_000, ..Limits::default() };
    let mut out = Body::default();
    read(Processor::Json, b"application/json", body, &limits, &mut out);
    out
}

/// Texts that the suite refuses and this reader takes, each with its reason.
const TAKEN: &[(&str, &str)] = &[("n_structure_no_data.json", "no body is no error, as in ModSecurity")];

/// The suite's files in order of their names.
fn texts(folder: &std::path::Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder.join("test_parsing")).expect("test_parsing");
    let paths = entries.map(|entry| entry.expect("a file").path());
    let named = paths.map(|path| {
        #[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
        let text = std::fs::read(&path).expect("a text");
        (path.file_name().expect("a name").to_string_lossy().into_owned(), text)
    });
    named.collect()
}

#[test]
fn texts_of_the_json_test_suite_are_told_apart() {
    let Some(folder) = folder("BUCKLER_JSON_TESTS") else { return };
    let (mut wrong, mut open, mut counts) = (String::new(), String::new(), [0, 0]);
    for (name, text) in texts(&folder) {
        let out = read_text(&text);
        let error = out.error.as_deref();
        let is_taken_on_purpose = TAKEN.iter().any(|(known, _)| *known == name);
        match name.as_bytes().first() {
            Some(b'y') => {
                counts[0] += 1;
                if let Some(error) = error {
                    wrong.push_str(&format!("{name}: refused: {error}\n"));
                }
            }
            Some(b'n') => {
                counts[1] += 1;
                if error.is_none() != is_taken_on_purpose {
                    wrong.push_str(&format!("{name}: taken\n"));
                }
            }
            _ => {
                let oddities: Vec<&str> = out.oddities.iter().map(|oddity| oddity.message.as_str()).collect();
                open.push_str(&format!("{name}: {} [{}]\n", error.unwrap_or("taken"), oddities.join(", ")));
            }
        }
    }
    assert_eq!(wrong, "");
    println!("{counts:?} texts to take and to refuse");
    assert!(counts[0] >= 95 && counts[1] >= 185, "the suite is whole: {counts:?}");
    expect![[r#"
        i_number_double_huge_neg_exp.json: taken []
        i_number_huge_exp.json: taken []
        i_number_neg_int_huge_exp.json: taken []
        i_number_pos_double_huge_exp.json: taken []
        i_number_real_neg_overflow.json: taken []
        i_number_real_pos_overflow.json: taken []
        i_number_real_underflow.json: taken []
        i_number_too_big_neg_int.json: taken []
        i_number_too_big_pos_int.json: taken []
        i_number_very_big_negative_int.json: taken []
        i_object_key_lone_2nd_surrogate.json: taken [a string holds half of a surrogate pair]
        i_string_1st_surrogate_but_2nd_missing.json: taken [a string holds half of a surrogate pair]
        i_string_1st_valid_surrogate_2nd_invalid.json: taken [a string holds half of a surrogate pair]
        i_string_UTF-16LE_with_BOM.json: text in charset `UTF-16LE`, not declared [text in charset `UTF-16LE`, not declared]
        i_string_UTF-8_invalid_sequence.json: JSON parsing error: a string is not UTF-8 (byte 8) []
        i_string_UTF8_surrogate_U+D800.json: JSON parsing error: a string is not UTF-8 (byte 1) [a string holds UTF-8 that is overlong or no character]
        i_string_incomplete_surrogate_and_escape_valid.json: taken [a string holds half of a surrogate pair]
        i_string_incomplete_surrogate_pair.json: taken [a string holds half of a surrogate pair]
        i_string_incomplete_surrogates_escape_valid.json: taken [a string holds half of a surrogate pair]
        i_string_invalid_lonely_surrogate.json: taken [a string holds half of a surrogate pair]
        i_string_invalid_surrogate.json: taken [a string holds half of a surrogate pair]
        i_string_invalid_utf-8.json: JSON parsing error: a string is not UTF-8 (byte 3) []
        i_string_inverted_surrogates_U+1D11E.json: taken [a string holds half of a surrogate pair]
        i_string_iso_latin_1.json: JSON parsing error: a string is not UTF-8 (byte 3) []
        i_string_lone_second_surrogate.json: taken [a string holds half of a surrogate pair]
        i_string_lone_utf8_continuation_byte.json: JSON parsing error: a string is not UTF-8 (byte 3) []
        i_string_not_in_unicode_range.json: JSON parsing error: a string is not UTF-8 (byte 1) [a string holds UTF-8 that is overlong or no character]
        i_string_overlong_sequence_2_bytes.json: JSON parsing error: a string is not UTF-8 (byte 1) [a string holds UTF-8 that is overlong or no character]
        i_string_overlong_sequence_6_bytes.json: JSON parsing error: a string is not UTF-8 (byte 8) []
        i_string_overlong_sequence_6_bytes_null.json: JSON parsing error: a string is not UTF-8 (byte 8) []
        i_string_truncated-utf-8.json: JSON parsing error: a string is not UTF-8 (byte 4) []
        i_string_utf16BE_no_BOM.json: text in charset `UTF-16BE`, not declared [text in charset `UTF-16BE`, not declared]
        i_string_utf16LE_no_BOM.json: text in charset `UTF-16LE`, not declared [text in charset `UTF-16LE`, not declared]
        i_structure_500_nested_arrays.json: taken []
        i_structure_UTF-8_BOM_empty_object.json: JSON parsing error: a byte order mark before the text [a byte order mark before the JSON text]
    "#]].assert_eq(&open);
}
