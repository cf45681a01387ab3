//! XML bodies.
mod corpus;

use super::super::tests::show;
use super::{EXPANSION_FREE, EXPANSION_PER_BYTE};
use crate::Limits;
use crate::body::{Body, Processor, read};
use expect_test::{Expect, expect, expect_file};

fn check(body: &[u8], expected: Expect) {
    let limits = Limits { depth_max: 5, ..Limits::default() };
    expected.assert_eq(&show(Processor::Xml, "text/xml", body, &limits));
}

#[test]
fn the_text_of_the_root_and_all_attributes_are_given() {
    check(
        b"<?xml version=\"1.0\"?><!-- c --><r a='1' b=\"x&lt;&#10;\ny\">one<!-- no --><b xmlns=\"u\" xmlns:p='v' p:q=\"2\"> two</b><![CDATA[<&]]><?pi no?>\r\n&gt;&#x20ac;\r</r>\n",
        expect![[r#"
            text r=one two<&\n>\xe2\x82\xac\n
            attribute a=1
            attribute b=x<\n y
            attribute p:q=2
        "#]],
    );
    check(
        b"<a/>",
        expect![[r#"
        text a=
    "#]],
    );
    check(b"", expect![[""]]);
}

#[test]
fn what_was_read_before_an_error_stays() {
    let bodies: [&[u8]; 16] = [
        b"<a>x",
        b"<a>x</b>",
        b"<a>x</a>y",
        b"<a>x<b c='1' c='2'/></a>",
        b"<a>x<b c='<'/></a>",
        b"<a>x&nope;y</a>",
        b"<a>x&#0;</a>",
        b"<a>x\x01y</a>",
        b"<a>x]]>y</a>",
        b"<a>x<!-- a -- b --></a>",
        b"<a>x<?xml y?></a>",
        b"<a>x\xFFy</a>",
        b"<a><a><a><a><a><a>x",
        b"<?xml encoding='utf-8'?><a/>",
        b"x",
        b"<a b='1'c='2'/>",
    ];
    let limits = Limits { depth_max: 5, ..Limits::default() };
    let shown = bodies
        .iter()
        .map(|body| format!("{}\n{}\n", body.escape_ascii(), show(Processor::Xml, "", body, &limits)));
    expect_file!["errors.txt"].assert_eq(&shown.collect::<String>());
}

#[test]
fn entities_are_expanded_and_bounded() {
    check(b"<!DOCTYPE a [<!ENTITY e 'x&#38;lt;<b c=\"&f;\">y</b>'><!ENTITY f \"z\"><!ATTLIST a d NMTOKEN ' v  w ' k CDATA #IMPLIED>]><a k=' &f; '>&e;&e;</a>", expect![[r#"
        text a=x<yx<y
        attribute k= z 
        attribute d=v w
        attribute c=z
        attribute c=z
        ~ a document type declaration with 2 entities (9)
    "#]]);
    check(
        b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>x&e;y</a>",
        expect![[r#"
        text a=xy
        ~ a document type declaration with 1 entities (9)
    "#]],
    );
    check(
        b"<!DOCTYPE a SYSTEM 'http://x/y'><a>x&e;y</a>",
        expect![[r#"
        text a=xy
        ~ a document type declaration with 0 entities, parts of it elsewhere (9)
    "#]],
    );
    check(
        b"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://x/y'>%p;]><a>x</a>",
        expect![[r#"
        text a=x
        ~ a document type declaration with 1 entities, parts of it elsewhere (9)
    "#]],
    );
    check(
        b"<!DOCTYPE a [<!ENTITY e '&e;'>]><a>x&e;y</a>",
        expect![[r#"
        text a=x
        ! XML parsing error: entities are nested too deep or in a circle (byte 39)
        ~ a document type declaration with 1 entities (9)
    "#]],
    );
    check(
        b"<!DOCTYPE a [<!ENTITY e '<b>'>]><a>x&e;y</b></a>",
        expect![[r#"
        text a=x
        ! XML parsing error: the document ends too early (byte 39)
        ~ a document type declaration with 1 entities (9)
    "#]],
    );
}

#[test]
fn an_entity_bomb_costs_no_more_than_a_constant_times_the_body() {
    let mut body = "<!DOCTYPE a [<!ENTITY e0 'lol'>".to_owned();
    for level in 1..10 {
        let inner = format!("&e{};", level - 1).repeat(10);
        body.push_str(&format!("<!ENTITY e{level} '{inner}'>"));
    }
    body.push_str("]><a>&e9;</a>");
    let mut out = Body::default();
    read(Processor::Xml, b"", body.as_bytes(), &Limits::default(), &mut out);
    assert!(out.error.as_deref().is_some_and(|error| error.contains("entities grow past the limit")));
    assert!(out.xml_texts.first(b"a").unwrap().len() <= body.len() * EXPANSION_PER_BYTE + EXPANSION_FREE);
}

#[test]
fn encodings_are_decoded() {
    let utf16 = |text: &str, swap: bool| -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    };
    check(
        &utf16("\u{FEFF}<a>\u{20ac}</a>", false),
        expect![[r#"
        text a=\xe2\x82\xac
        ~ an XML document in `UTF-16LE` (0)
    "#]],
    );
    check(
        &utf16("<?xml version='1.0'?><a>x</a>", true),
        expect![[r#"
        text a=x
        ~ an XML document in `UTF-16BE` (0)
    "#]],
    );
    check(
        b"\xEF\xBB\xBF<a>x</a>",
        expect![[r#"
        text a=x
    "#]],
    );
    check(
        b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>",
        expect![[r#"
        text a=\xc3\xa9
        ~ an XML document in `ISO-8859-1` (0)
    "#]],
    );
    check(
        b"<?xml version='1.0' encoding='Shift_JIS'?><a>\x83\x41</a>",
        expect![[r#"
        text a=\xe3\x82\xa2
        ~ an XML document in `Shift_JIS` (0)
    "#]],
    );
    check(
        b"<?xml version='1.0' encoding='UTF-16'?><a>x</a>",
        expect![[r#"
        ! XML parsing error: the text is not `UTF-16` (byte 0)
        ~ an XML document in `UTF-16` (0)
    "#]],
    );
    check(
        b"<?xml version='1.0' encoding='IBM037'?><a>x</a>",
        expect![[r#"
        ! XML parsing error: encoding `IBM037` is not known (byte 0)
        ~ an XML document in `IBM037` (0)
    "#]],
    );
}

#[test]
fn declarations_are_well_formed() {
    let fault = |inside: &str| {
        let document = format!("<!DOCTYPE a [{inside}]><a b='c'>t</a>");
        let mut out = Body::default();
        read(Processor::Xml, b"text/xml", document.as_bytes(), &Limits::default(), &mut out);
        out.error.is_some()
    };
    for good in [
        "<!ELEMENT a EMPTY><!ELEMENT b ANY >",
        "<!ELEMENT a (#PCDATA)><!ELEMENT a (#PCDATA)*><!ELEMENT a ( #PCDATA | b|c )* >",
        "<!ELEMENT a (b)><!ELEMENT a ((b,c?)+|(d|e)*)?><!ELEMENT a (b , (c) )>",
        "<!ATTLIST a><!ATTLIST a b CDATA #IMPLIED c (1|-x| y ) '1' d NOTATION (n) #REQUIRED e ID #FIXED 'x'>",
        "<!NOTATION n PUBLIC \"-//A//B\"><!NOTATION n SYSTEM 'x' ><!NOTATION n PUBLIC 'p' 's'>",
        "<!ENTITY e SYSTEM 'x' NDATA n><!ENTITY % p PUBLIC 'a' 'b'>",
    ] {
        assert!(!fault(good), "{good}");
    }
    for bad in [
        "<!ELEMENT a>",
        "<!ELEMENT a ()>",
        "<!ELEMENT a (b|c,d)>",
        "<!ELEMENT a (#PCDATA|b)>",
        "<!ELEMENT a (b,#PCDATA)>",
        "<!ELEMENT a (b",
        "<!ELEMENT a (b)) >",
        "<!ATTLIST a b CDATA#IMPLIED>",
        "<!ATTLIST a b CDATA '&no;'>",
        "<!ATTLIST a b (x,y) 'x'>",
        "<!NOTATION n>",
        "<!NOTATION n PUBLIC 'a{b'>",
        "<!ENTITY e SYSTEM 'x'NDATA n>",
        "<!ENTITY e SYSTEM 'x'><!ATTLIST a b CDATA '&e;'>",
        "<?XML x?>",
    ] {
        assert!(fault(bad), "{bad}");
    }
}

#[test]
fn what_stands_before_the_root_is_no_text() {
    check(
        b"<![CDATA[x]]><a/>",
        expect![[r#"
        ! XML parsing error: a tag is expected (byte 0)
    "#]],
    );
    check(
        b"<!DOCTYPE a SYSTEM 'x'><!-- c --><a b='&e;'>&e;</a>",
        expect![[r#"
        text a=
        attribute b=
        ~ a document type declaration with 0 entities, parts of it elsewhere (9)
    "#]],
    );
    check(
        b"<?xml version='1.0' standalone='yes'?><!DOCTYPE a SYSTEM 'x'><a>&e;</a>",
        expect![[r#"
        text a=
        ! XML parsing error: entity `e` is not declared (byte 67)
        ~ a document type declaration with 0 entities, parts of it elsewhere (47)
    "#]],
    );
    check(
        b"<!DOCTYPE a [<!ENTITY e SYSTEM 'x'>]><a>x&e;y<b c='&e;'/></a>",
        expect![[r#"
        text a=xy
        ! XML parsing error: entity `e` stands outside the document or is no text, and may not be here (byte 55)
        ~ a document type declaration with 1 entities (9)
    "#]],
    );
    check(
        b"<!DOCTYPE a [<!NOTATION n SYSTEM 'n'><!ENTITY e SYSTEM 'x' NDATA n>]><a>x&e;y</a>",
        expect![[r#"
            text a=x
            ! XML parsing error: entity `e` stands outside the document or is no text, and may not be here (byte 76)
            ~ a document type declaration with 1 entities (9)
        "#]],
    );
}
