//! Which route fits.
use super::*;
use crate::path::normalise;

const ROUTES: &str = r#"
upstream.app = { kind = "http", addresses = ["http://127.0.0.1:1"] }
[[route]]
name = "user"
path = "/users/{id}"
methods = ["GET"]
upstream = "app"
[[route]]
name = "files"
path = "/files/*"
hosts = ["*.example.com"]
upstream = "app"
strip-prefix = true
[[route]]
name = "home"
path = "/"
upstream = "app"
"#;

fn check(method: &str, host: &str, path: &str, expect: &str) {
    let config = Config::from_toml(ROUTES, std::path::Path::new("")).unwrap();
    let routes = Routes::build(&config).unwrap();
    let path = normalise(path).unwrap();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let shown = routes.find(host, &path, &method).map_or_else(
        || NONE.to_owned(),
        |route| {
            let parameters: Vec<_> = route.parameters(path.readable()).collect();
            format!("{} {parameters:?} {:?}", route.settings.name, route.prefix(&path.wire))
        },
    );
    assert_eq!(shown, expect);
}

#[test]
fn the_first_that_fits_wins() {
    check("GET", "x", "/users/7", r#"user [("id", "7")] """#);
    check("POST", "x", "/users/7", "none");
    check("GET", "x", "/users/7/more", "none");
    check("GET", "x", "/users/", "none");
    check("GET", "a.example.com", "/files/a/b", r#"files [] "/files""#);
    check("GET", "a.example.com", "/files", r#"files [] "/files""#);
    check("GET", "a.example.com", "/filesystem", "none");
    check("GET", "a.b.example.com", "/files/a", "none");
    check("GET", "example.com", "/files/a", "none");
    check("GET", "x", "/", r#"home [] """#);
}

#[test]
fn an_encoded_name_is_the_same_route() {
    check("GET", "x", "/%75sers/7", r#"user [("id", "7")] """#);
    check("GET", "x", "/users/a%2fb", r#"user [("id", "a%2Fb")] """#);
}

fn routes(list: &[&str]) -> Result<Routes, ConfigError> {
    let mut text = "upstream.app = { kind = \"http\", addresses = [\"http://127.0.0.1:1\"] }\n".to_owned();
    for (number, own) in list.iter().enumerate() {
        text.push_str(&format!("[[route]]\nname = \"r{number}\"\nupstream = \"app\"\n{own}\n"));
    }
    Routes::build(&Config::from_toml(&text, std::path::Path::new("")).unwrap())
}

#[test]
fn a_route_that_is_never_used_is_found() {
    let covers = |first: &str, second: &str| {
        let routes = routes(&[first, second]).unwrap();
        routes.list[0].covers(&routes.list[1])
    };
    for (first, second) in [
        ("", "path = \"/a\""),
        ("path = \"/a/*\"", "path = \"/a/b/*\""),
        ("path = \"/a/*\"", "path = \"/a\""),
        ("path = \"/{x}\"", "path = \"/a\""),
        ("path = \"/{x}\"", "path = \"/{y}\"\nmethods = [\"GET\"]"),
        ("path = \"/a\"\nhosts = [\"x\", \"y\"]", "path = \"/a\"\nhosts = [\"y\"]"),
    ] {
        assert!(covers(first, second), "{first} covers {second}");
    }
    for (first, second) in [
        ("path = \"/a\"", ""),
        ("path = \"/{x}\"", "path = \"/\""),
        ("path = \"/{x}\"", "path = \"/a/*\""),
        ("path = \"/a/{x}\"", "path = \"/{x}/a\""),
        ("methods = [\"GET\"]", "path = \"/a\""),
        ("hosts = [\"x\"]", "path = \"/a\""),
        ("methods = [\"GET\"]", "methods = [\"GET\", \"POST\"]"),
    ] {
        assert!(!covers(first, second), "{first} does not cover {second}");
    }
}

#[test]
fn patterns_of_others_are_told_from_names() {
    for path in ["/{proxy+}", "/a/{*rest}", "/{}", "/{id?}", "/:id*", "/a*"] {
        let error = routes(&[&format!("path = \"{path}\"")]).unwrap_err().to_string();
        assert!(error.contains("route.r0.path"), "{path}: {error}");
    }
    assert!(routes(&["path = \"/{user-id}/{a.b}/{order_id}/*\""]).is_ok());
}
