//! The parsers whose input is text, as `gateway::fuzz` reads it.
use gateway::fuzz::{self, Found};

/// A parser under test.
pub(crate) struct Text {
    pub(crate) name: &'static str,
    /// Inputs to begin with.
    pub(crate) seeds: &'static [&'static [u8]],
    /// What mutation puts in.
    pub(crate) pieces: &'static [&'static [u8]],
    pub(crate) run: fn(&[u8]) -> Found,
}

/// Every target; to add one, add a line.
pub(crate) const TARGETS: &[Text] = &[
    Text { name: "requests", seeds: REQUESTS, pieces: FRAMING, run: fuzz::requests },
    Text { name: "answers", seeds: ANSWERS, pieces: FRAMING, run: fuzz::answers },
    Text { name: "path", seeds: PATHS, pieces: PATH_PIECES, run: |bytes| fuzz::path(&text(bytes)) },
    Text { name: "chain", seeds: CHAINS, pieces: CHAIN_PIECES, run: |bytes| fuzz::chain(&text(bytes)) },
    Text { name: "trace", seeds: TRACES, pieces: TRACE_PIECES, run: fuzz::trace },
    Text { name: "functions", seeds: FUNCTIONS, pieces: FUNCTION_PIECES, run: fuzz::functions },
];

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const REQUESTS: &[&[u8]] = &[
    b"GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\r\nOPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\nX:\r\nY: \t z \t\r\n\r\nGET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x05hello",
];

const ANSWERS: &[&[u8]] = &[
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nwiki\r\n00A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
    b"HTTP/1.0 404 Nothing here\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 204\r\nConnection: close, x\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nuntil the end",
    b"HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 2\n\nok",
];

const FRAMING: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b" ",
    b"\t",
    b"\x0b",
    b"\0",
    b"\xff",
    b":",
    b"_",
    b"0\r\n\r\n",
    b"Host: a\r\n",
    b"Content-Length: 3\r\n",
    b"content-length:+3\r\n",
    b"Content-Length: 3, 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"transfer-encoding: gzip, chunked\r\n",
    b"Transfer_Encoding: chunked\r\n",
    b"Connection: close\r\n",
    b"Upgrade: h2c\r\n",
    b" folded\r\n",
    b"GET / HTTP/1.1\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 ",
    b"fffffffffffffff\r\n",
    b"ffffffffffffffff\r\n",
    b"999999999999999999",
    b"; \"",
];

const PATHS: &[&[u8]] = &[
    b"/",
    b"/orders/4711/items",
    b"/a/../b/./c//d/",
    b"/a%2fb%5Cc%00%c3%A9%7e%2E%2E/x;y=1/..;z/",
    b"/%252e%252e/\xc3\xa9/a+b@c:d",
];
const PATH_PIECES: &[&[u8]] = &[
    b"/",
    b"//",
    b".",
    b"..",
    b"/../",
    b"/./",
    b"%2e",
    b"%2E%2e",
    b"%2f",
    b"%5c",
    b"\\",
    b";",
    b"..;a",
    b"%",
    b"%25",
    b"%252f",
    b"%00",
    b"%c3%28",
    b"%C3%A9",
    b"?",
    b"#",
    b" ",
    b"%20",
    b"\x7f",
    b"\xc3\xa9",
    b"%u002f",
    b"~",
    b"%7E",
];

const CHAINS: &[&[u8]] = &[
    b"198.51.100.1, 10.0.0.2",
    b"198.51.100.1\n10.0.0.3, 10.0.0.2:8080",
    b"[2001:db8::1]:443, ::ffff:10.0.0.9",
    b"for=198.51.100.1;proto=http;by=10.0.0.2, for=\"[2001:db8::1]:443\"",
    b"For=\"_hidden\", for=unknown;host=a.example",
];
const CHAIN_PIECES: &[&[u8]] = &[
    b",",
    b", ",
    b"\n",
    b"\"",
    b";",
    b"=",
    b"for=",
    b"For=\"",
    b"[",
    b"]",
    b":",
    b"10.0.0.1",
    b"203.0.113.9",
    b"127.0.0.1",
    b"::1",
    b"::ffff:10.0.0.1",
    b"unknown",
    b"_x",
    b" ",
    b"\t",
    b"proto=https",
    b"host=a",
    b"\\",
    b"0x0a.1",
    b"010.0.0.1",
];

const TRACES: &[&[u8]] = &[
    b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    b"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more",
];
const TRACE_PIECES: &[&[u8]] = &[
    b"-",
    b"00",
    b"ff",
    b"FF",
    b"0000000000000000",
    b"00000000000000000000000000000000",
    b"+",
    b" ",
    b"\xc3\xa9",
    b"-01",
];

const FUNCTIONS: &[&[u8]] = &[
    br#"{"statusCode":200,"headers":{"content-type":"text/plain","Content-Length":"3"},"body":"abc","cookies":["a=b; Secure"]}"#,
    br#"{"statusCode":"201","multiValueHeaders":{"X":["a",1,true]},"isBase64Encoded":true,"body":"aGVsbG8="}"#,
    br#"{"errorType":"Error","errorMessage":"no"}"#,
    br#""a text""#,
    br#"{"orders":[1,2,3]}"#,
];
const FUNCTION_PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b":",
    b",",
    b"null",
    b"true",
    b"1e9",
    b"-1",
    b"199",
    b"999",
    b"\"statusCode\":",
    b"\"headers\":",
    b"\"multiValueHeaders\":",
    b"\"cookies\":",
    b"\"body\":",
    b"\"isBase64Encoded\":",
    b"\"transfer-encoding\":\"chunked\"",
    b"\\r\\n",
    b"\\u0000",
    b"\xff",
];
