//! Configurations that work and that do not.
use super::*;

fn check(text: &str) -> String {
    match toml::from_str::<Config>(text) {
        Ok(config) => config.check().map_or_else(|error| error.to_string(), |()| "fine".to_owned()),
        Err(error) => error.message().to_owned(),
    }
}

#[test]
fn configurations() {
    assert_eq!(check(""), "fine");
    let one = "[[limits]]\nname = \"a\"\nrate = \"100/minute\"\n";
    assert_eq!(check(one), "fine");
    assert_eq!(check(&format!("{one}by = [\"address\", \"route\"]\nfull = \"refuse\"\nburst = 5")), "fine");
    assert_eq!(check(&format!("{one}{one}")), "two limits are called `a`");
    assert!(check(&format!("{one}burst = 5\nalgorithm = \"window\"")).contains("`burst` belongs to"));
    assert!(check(&format!("{one}burst = 0")).contains("nothing could pass"));
    assert!(
        check(&format!("{one}shared = true\nalgorithm = \"log\"")).contains("a shared limit is a window")
    );
    assert!(check(&format!("{one}shared = true\ncount = \"failures\"")).contains("cannot be shared"));
    assert!(check(&format!("{one}keys = 0")).contains("`keys` is 0"));
    assert!(check(&format!("{one}limit = 0")).contains("unknown field `limit`"));
    assert!(check("[[limits]]\nname = \"A b\"\nrate = \"1/s\"").contains("is no name"));
    assert!(
        check("[[limits]]\nname = \"a\"\nrate = \"5000/s\"\nalgorithm = \"log\"")
            .contains("cannot be logged")
    );
    assert!(check("[[limits]]\nname = \"a\"\nrate = \"lots\"").contains("is no rate"));
    assert!(check("[[limits]]\nname = \"a\"\nrate = \"1/1ms\"").contains("shorter than 10 ms"));
    assert!(check("[prefix]\nv4 = 0").contains("/0"));
    assert!(check("[shared]\ngateways = 0").contains("gateways"));
    assert!(check("[costs]\n\"GET /\" = 0").contains("costs 1 or more"));
    let many = (0..17).map(|n| format!("[[limits]]\nname = \"a{n}\"\nrate = \"1/s\"\n")).collect::<String>();
    assert!(check(&many).contains("16 is the most"));
}

#[test]
fn costs_of_the_longest_pattern() {
    let config: Config =
        toml::from_str("[costs]\n\"POST /*\" = 2\n\"POST /search*\" = 10\n\"POST /search\" = 5").unwrap();
    assert_eq!(
        ["GET /", "POST /a", "POST /search", "POST /searches"].map(|route| config.cost(route)),
        [1, 2, 5, 10]
    );
}
