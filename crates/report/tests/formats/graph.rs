//! The graph as JSON, Mermaid and DOT.
use expect_test::expect;
use serde_json::Value as Json;

use crate::fixture::{SECRET, fixture};
use crate::json::{assert_used, assert_valid, schema};

#[test]
fn the_graph_follows_its_schema() {
    let schema = schema("model");
    jsonschema::meta::validate(&schema).unwrap();
    let text = report::graph_json(&fixture().project);
    let document: Json = serde_json::from_str(&text).unwrap();
    assert_valid(&schema, &document);
    assert_used(&schema, &document);
    assert!(!text.contains(SECRET));
    assert_eq!(
        document["applications"][0]["nodes"][1]["attributes"]["environment"]["map"]["DB_PASSWORD"],
        "***"
    );
}

#[test]
fn a_diagram_shows_what_flows() {
    let fixture = fixture();
    expect![[r##"
        flowchart LR
          n0>"Api<br/><small>AWS#58;#58;function#45;url</small>"]:::is-entry
          n1["Handler<br/><small>AWS#58;#58;function</small>"]:::is-function
          n2[("#60;#47;script#62;#60;img src#61;x onerror#61;alert#40;1#41;#62;#92;u#123;1b#125;#91;31m#92;u#123;202e#125;#96;#39;#34;#124;…<br/><small>#60;#47;script#62;#60;img src#61;x onerror#61;alert#40;1#41;#62;#92;u#123;1b#125;#91;31m#92;u#123;202e#125;#96;#39;#34;#124;…</small>")]:::is-store
          n0 -->|invokes| n1
          n1 -->|sends-to| n2
          classDef is-function fill:#e3ecfb,stroke:#3763b0,color:#111
          classDef is-entry fill:#fbe9e3,stroke:#b04a37,color:#111
          classDef is-role fill:#f1e8fa,stroke:#7a4bb0,color:#111
          classDef is-store fill:#e5f3e8,stroke:#2f7d43,color:#111
          classDef is-channel fill:#fdf3d6,stroke:#96700f,color:#111
          classDef is-other fill:#f0f0f0,stroke:#707070,color:#111
    "##]].assert_eq(&report::graph_mermaid(&fixture.project.apps[0]));
    expect![[r##"
        digraph "template.yaml" {
          rankdir=LR;
          node [fontname="sans-serif", fontsize=11, style="filled,rounded"];
          edge [fontname="sans-serif", fontsize=9, color="#707070"];
          n0 [label="Api\nAWS::function-url", class="entry", shape=cds, fillcolor="#fbe9e3", color="#b04a37"];
          n1 [label="Handler\nAWS::function", class="function", shape=box, fillcolor="#e3ecfb", color="#3763b0"];
          n2 [label="</script><img src=x onerror=alert(1)>\\u{1b}[31m\\u{202e}`'\"|…\n</script><img src=x onerror=alert(1)>\\u{1b}[31m\\u{202e}`'\"|…", class="store", shape=cylinder, fillcolor="#e5f3e8", color="#2f7d43"];
          n0 -> n1 [label="invokes"];
          n1 -> n2 [label="sends-to"];
        }
    "##]].assert_eq(&report::graph_dot(&fixture.project.apps[0]));
}

#[test]
fn functions_that_no_template_names_are_drawn_and_other_files_are_not() {
    let fixture = fixture();
    let mut files = fixture.project.apps[1].clone();
    expect![[r##"
        digraph "files of the folder" {
          rankdir=LR;
          node [fontname="sans-serif", fontsize=11, style="filled,rounded"];
          edge [fontname="sans-serif", fontsize=9, color="#707070"];
          n0 [label="src/app.py:handler", class="function", shape=box, fillcolor="#e3ecfb", color="#3763b0"];
        }
    "##]]
    .assert_eq(&report::graph_dot(&files));
    let document: Json = serde_json::from_str(&report::graph_json(&fixture.project)).unwrap();
    assert_eq!(document["applications"][1]["nodes"][0]["at"], "src/app.py:5:5");
    files.nodes.clear();
    assert_eq!(report::graph_dot(&files) + &report::graph_mermaid(&files), "");
}
