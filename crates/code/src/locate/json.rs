//! JSON as configuration files write it: with comments and commas too many. Never fails, never deep.

/// Deepest nesting that is kept.
const DEPTH_MAX: usize = 32;

/// A value; numbers and words are of no interest here.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
    Other,
}

impl Json {
    pub(super) fn parse(text: &str) -> Self {
        Reader { rest: text }.value(0)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.fields().iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn fields(&self) -> &[(String, Self)] {
        match self {
            Self::Object(fields) => fields,
            _ => &[],
        }
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Json {
        self.space();
        match self.rest.chars().next() {
            Some('{') if depth < DEPTH_MAX => self.object(depth),
            Some('[') if depth < DEPTH_MAX => self.list(depth),
            Some('"') => Json::Text(self.string()),
            _ => {
                self.word();
                Json::Other
            }
        }
    }

    fn object(&mut self, depth: usize) -> Json {
        let mut fields = Vec::new();
        self.skip(1);
        while self.more('}') {
            if !self.rest.starts_with('"') {
                self.skip(1);
                continue;
            }
            let key = self.string();
            self.space();
            if self.rest.starts_with(':') {
                self.skip(1);
                fields.push((key, self.value(depth + 1)));
            }
        }
        Json::Object(fields)
    }

    fn list(&mut self, depth: usize) -> Json {
        let mut items = Vec::new();
        self.skip(1);
        while self.more(']') {
            let before = self.rest.len();
            items.push(self.value(depth + 1));
            if self.rest.len() == before {
                self.skip(1);
            }
        }
        Json::List(items)
    }

    /// Whether another element follows; takes the closing bracket when not.
    fn more(&mut self, close: char) -> bool {
        self.space();
        if self.rest.starts_with(close) {
            self.skip(1);
            return false;
        }
        !self.rest.is_empty()
    }

    fn string(&mut self) -> String {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        let mut end = self.rest.len();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                other => text.push(other),
            }
        }
        self.skip(end);
        text
    }

    fn word(&mut self) {
        let end = self.rest.find(|c: char| ",]}\n".contains(c)).unwrap_or(self.rest.len());
        self.skip(end);
    }

    /// White space, commas and comments.
    fn space(&mut self) {
        loop {
            self.rest =
                self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',' || c == '\u{feff}');
            let end = if self.rest.starts_with("//") {
                self.rest.find('\n')
            } else if self.rest.starts_with("/*") {
                self.rest.find("*/").map(|at| at + 2)
            } else {
                return;
            };
            self.skip(end.unwrap_or(self.rest.len()));
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).or_else(|| self.rest.get(bytes + 1..)).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_commas_are_passed_over() {
        let json = Json::parse("{ // c\n \"a\": [\"b\", 1, /* x */ {\"c\": \"d\\\"\"},], }");
        assert_eq!(json.get("a").unwrap().items()[0].text(), Some("b"));
        assert_eq!(json.get("a").unwrap().items()[2].get("c").unwrap().text(), Some("d\""));
    }

    #[test]
    fn broken_or_deep_text_ends() {
        for text in ["{", "[[[", "{\"a\"", "{a: b}", "[é", "\"", "/*", "{\"a\": }"] {
            Json::parse(text);
        }
        Json::parse(&"[".repeat(100_000));
        Json::parse(&"{\"a\":".repeat(100_000));
    }
}
