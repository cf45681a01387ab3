//! Contexts that are taken, and spans as a collector reads them.
use super::*;

#[test]
fn contexts_are_read_as_the_recommendation_says() {
    let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assert_eq!(
        parse(good.as_bytes()),
        Some((0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736, 0x00f0_67aa_0ba9_02b7, true))
    );
    for bad in [
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "",
    ] {
        assert_eq!(parse(bad.as_bytes()), None, "{bad}");
    }
}

#[test]
fn spans_are_told_as_otlp() {
    let context = Context { trace: 1, span: 2, parent: 3, sampled: true };
    let span = Span {
        context,
        name: "GET".to_owned(),
        start_micros: 1,
        end_micros: 2,
        status: 502,
        route: "a".to_owned(),
    };
    let told = otlp(&[span]);
    let span = told.pointer("/resourceSpans/0/scopeSpans/0/spans/0").unwrap();
    assert_eq!(span["traceId"], "00000000000000000000000000000001");
    assert_eq!(
        (&span["parentSpanId"], &span["endTimeUnixNano"]),
        (&json!("0000000000000003"), &json!("2000"))
    );
    assert_eq!(span["status"]["code"], 2);
}
