//! What people send every day passes.
use super::*;

/// Texts that people write: words of SQL and of programs, names, addresses, prose.
const TEXTS: &[&str] = &[
    "Hello, world",
    "O'Brien",
    "Seán Ó Súilleabháin",
    "Zoë & Søren",
    "محمد عبد الله",
    "李小龙",
    "Дмитрий Иванов",
    "Ελένη Παπαδοπούλου",
    "さくら",
    "👩‍👩‍👧‍👦 great family offer 🎉🎉",
    "I <3 this shop",
    "if a < b then c > d",
    "5 < 6 and 7 > 3",
    "10.5 >= 3 or 2 <= 4 and 1 < 2",
    "The eval() function is dangerous, says my teacher.",
    "Please don't use eval(), use JSON.parse() instead!",
    "My feedback: eval is evil; exec is too.",
    "How do I select the best item from the list where the price is low?",
    "Select a plan, then drop us a line at the table by the window.",
    "Please update my address and delete the old one from your records.",
    "Union Street 5, or 1 Union Square",
    "insert coin; select character",
    "drop table tennis 50% off!",
    "The students' union and the teachers' union voted 1 = 1.",
    "It's 50% off -- or is it? #sale",
    "C:\\Users\\Anna\\Documents\\invoice.pdf",
    "see /etc for more, e.g. etc.",
    "path: docs/guide/../index is odd, isn't it",
    "My IP is 192.168.1.10, and the printer's 10.0.0.5",
    "https://example.org/products?id=17&sort=price#reviews",
    "Mail me: anna.schmidt+shop@example.co.uk",
    "+49 (0) 30 1234-5678",
    "{\"not\": \"an attack\"}",
    "[1, 2, 3]",
    "{{ name }} is a placeholder in your mails",
    "Dear ${customer}, thanks",
    "use `npm install` and then `npm start`",
    "function add(a, b) { return a + b; }",
    "for (let i = 0; i < 10; i++) { console.log(i); }",
    "def greet(name):\n    print(f\"Hello {name}\")\n",
    "SELECT is a word; so is FROM.",
    "the query was: select name from users where id = 5",
    "x = y; z = 'a'; done",
    "A & B | C; D",
    "cat; dog; bird",
    "cats & dogs | id cards && passports",
    "He said \"it's fine\" -- twice.",
    "price: $(5.99) or so",
    "100$ (one hundred)",
    "a=b&c=d",
    "1.2.3.4",
    "=SUM of all, said Excel",
    "-1",
    "- first point\n- second point\n- third point",
    "# Title\n\nSome *markdown* with [a link](https://example.org) and `code`.\n\n> quote\n",
    "<b>bold</b> move",
    "Use the <title> and <h1> tags, then <p>.",
    "a < b > c",
    "-> next <- previous",
    "(╯°□°)╯︵ ┻━┻",
    "Grüße aus München, 12 °C",
    "naïve café – “quoted” … ‘single’",
    "null",
    "undefined",
    "true or false",
    "NaN",
    "' quote at the start",
    "quote at the end '",
    "it''s doubled",
    "who's who's who",
    "rock 'n' roll",
    "\"quoted\"",
    "Robert'); nothing else",
    "1' 6\" tall",
    "admin",
    "root",
    "password reset please",
    "script",
    "javascript is a language",
    "onload the truck = unload it",
    "I was waiting for delay of the train",
    "exec summary: system works",
    "../ means one folder up",
    "a/b/c/d.txt",
    "AKA the best",
    "constructor of bridges",
    "prototype of a car",
    "__init__ is a method of Python",
    "My order 4711 has status 'shipped' and not 'delivered'",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore.",
    "Order #12345; item: 2 x \"Widget (large)\" @ 3.50 EUR; total = 7.00",
    "aGVsbG8gd29ybGQ=",
    "550e8400-e29b-41d4-a716-446655440000",
    "2026-11-22T10:00:00.000Z",
    "eyJhbGciOiJIUzI1NiJ9",
    "data is beautiful",
    "The file: protocol and the ftp: protocol",
    "ping me when you're back; curl your hair",
    "touch base | node in graph",
    "git commit -m 'fix'; git push",
    "ls is a command, rm too",
    "She's like, \"or what?\" and I'm like 'and?'",
    "one or two and three or four",
    "' or so they say",
    "not null, and not like that",
];

fn shapes(text: &str) -> Vec<(&'static str, Value)> {
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    vec![
        (
            "body",
            v2(
                "POST",
                "/feedback",
                "",
                &json!({"action": "feedback", "data": {"name": "Anna", "message": text}}),
            ),
        ),
        ("query", v2("GET", "/search", &format!("q={encoded}"), &Value::Null)),
        ("form", {
            let mut event = v2("POST", "/form", "", &Value::Null);
            event["headers"]["content-type"] = "application/x-www-form-urlencoded".into();
            event["body"] = format!("name=Anna&message={encoded}").into();
            event
        }),
        (
            "v1",
            v1(
                &json!({"message": text, "list": [text]}).to_string(),
                json!({"Content-Type": "application/json", "Accept-Language": "de"}),
            ),
        ),
        ("queue", sqs(&[&json!({"message": text}).to_string()])),
        ("topic", sns(text)),
        ("bus", bus(json!({"note": text}))),
        ("stream", stream(text)),
        ("direct", json!({"user": "17", "note": text})),
    ]
}

#[test]
fn what_people_write_passes_through_every_trigger() {
    let inspector = plain(json!({}));
    let mut wrong = String::new();
    let mut count = 0;
    for text in TEXTS {
        for (shape, event) in shapes(text) {
            count += 1;
            let said = verdict(&inspector, &event);
            if said != "pass" {
                wrong.push_str(&format!("{shape}: {text:?}: {said}\n"));
            }
        }
    }
    println!("{count} events");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn names_of_files_pass() {
    let inspector = plain(json!({}));
    let names = [
        "photo.jpg",
        "2026/11/22/report+final.pdf",
        "r%C3%A9sum%C3%A9.docx",
        "a+b%26c.txt",
        "Invoice+%2842%29.pdf",
        "%E5%86%99%E7%9C%9F.png",
        "users/17/avatar.png",
        "it%27s+mine.txt",
        "data%3Dset%2C1.csv",
        "x_%5B1%5D.json",
        "2018/12/24/0b1c_fd2e.raw",
        "back-up_2026.tar.gz",
        "%23hash.txt",
        "100%25.txt",
        "me%40home.vcf",
        "a%3Bb.txt",
        "semi%3B+colon.txt",
        "AT%26T+bill.pdf",
        "~draft.docx",
    ];
    for name in names {
        assert_eq!(verdict(&inspector, &s3("uploads", name)), "pass", "{name}");
    }
}

#[test]
fn long_and_odd_but_harmless_bodies_pass() {
    let inspector = plain(json!({}));
    let prose = "It was the best of times, it was the worst of times; and so on. ".repeat(800);
    let list: Vec<Value> =
        (0..3000).map(|at| json!({"id": at, "name": format!("thing {at}"), "price": at})).collect();
    for body in [
        json!({"text": prose}),
        json!(list),
        json!({"a": null, "b": true, "c": 1.5e10, "d": [[], {}]}),
        json!("text"),
        json!(5),
    ] {
        assert_eq!(verdict(&inspector, &v2("POST", "/x", "", &body)), "pass");
    }
    let mut binary = v2("POST", "/upload", "", &Value::Null);
    binary["headers"]["content-type"] = "image/png".into();
    binary["body"] =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
            .into();
    binary["isBase64Encoded"] = true.into();
    assert_eq!(verdict(&inspector, &binary), "pass");
    let mut empty = v2("GET", "/", "", &Value::Null);
    empty["headers"]["authorization"] = "Basic dXNlcjpwYXNz".into();
    assert_eq!(verdict(&inspector, &empty), "pass");
    for event in [json!({}), json!([]), json!("text"), json!(17), json!(null)] {
        assert_eq!(verdict(&inspector, &event), "pass");
    }
}

#[test]
fn flows_of_a_shop_pass() {
    let inspector = plain(json!({}));
    for body in [
        json!({"action": "new", "cart-id": "5d0bd1a7-9d1f-4b5b-b9b2-0d8c1f0c6a11", "items": {"11": 1, "12": 2}}),
        json!({"action": "shipping", "order-id": "480e3996", "data": {"address": "100 Fake st., NYC, USA", "email": "mail@example.org", "name": "John D'Arc"}}),
        json!({"action": "billing", "order-id": "480e3996", "data": {"ccn": "4242424242424242", "exp": "11/28", "cvv": "123"}}),
        json!({"action": "profile", "data": {"name": "Anna; Lena", "phone": "+1 (555) 010-999", "address": "Main St. 5 | 2nd floor"}}),
        json!({"action": "upload", "attachment": "holiday photo (1).jpg"}),
        json!({"action": "message", "msg-id": "17", "type": "promotion"}),
        json!({"action": "orders"}),
        json!({"query": "query Order($id: ID!) { order(id: $id) { id items { name price } } }", "variables": {"id": "17"}}),
        json!({"url": "https://images.example.org/a.png", "callback": "https://shop.example.org/done?x=1"}),
        json!({"filter": {"price": {"min": 1, "max": 5}}, "sort": "-price", "page": 2}),
        json!({"html": "<p>Hello <b>you</b></p>"}),
    ] {
        assert_eq!(verdict(&inspector, &v2("POST", "/order", "", &body)), "pass", "{body}");
    }
}
