//! Answers of upstreams, clean and not: what two readers could frame differently goes to nobody.
use crate::streams::upstream;
use crate::support::{PLAIN, Stage};
use tokio::io::AsyncWriteExt as _;

/// Failures of one address never make it rest.
fn patient() -> String {
    PLAIN.replace("kind = \"http\"\n", "kind = \"http\"\nbreaker.failures-max = 100000\n")
}

#[tokio::test]
async fn ambiguous_answers_become_502() {
    let odd = [
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "Content-Length: -2\r\n\r\nok",
        " Content-Length: 2\r\n\r\nok",
    ];
    let address = upstream(move |mut stream, head| async move {
        let number =
            head.split_once("/odd/").and_then(|(_, rest)| rest.split(' ').next()?.parse::<usize>().ok());
        let rest = number.map_or("Content-Length: 2\r\n\r\nok", |number| odd[number]);
        drop(stream.write_all(format!("HTTP/1.1 200 OK\r\n{rest}").as_bytes()).await);
    })
    .await;
    let stage = Stage::before(address, &patient());
    for (number, rest) in odd.iter().enumerate() {
        let (status, answer) = stage.get(&format!("/odd/{number}")).await;
        assert_eq!(status, 502, "{rest:?}: {answer}");
        stage.is_alive().await;
    }
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_is_for_nobody() {
    let address = upstream(|mut stream, head| async move {
        let forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
        let honest = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhonest";
        let more = if head.contains("/first") { forged } else { "" };
        drop(stream.write_all(format!("{honest}{more}").as_bytes()).await);
        // The connection stays as long as the gateway wants it.
        drop(tokio::io::AsyncReadExt::read_u8(&mut stream).await);
    })
    .await;
    let stage = Stage::before(address, &patient());
    for path in ["/first", "/second", "/first", "/third"] {
        let (status, answer) = stage.get(path).await;
        assert!(status == 200 && answer.ends_with("honest"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn chunks_come_through_byte_by_byte() {
    let address = upstream(|mut stream, _| async move {
        let answer =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nwiki\r\n00A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n";
        for byte in answer.bytes() {
            drop(stream.write_all(&[byte]).await);
            tokio::task::yield_now().await;
        }
    })
    .await;
    let stage = Stage::before(address, &patient());
    let (status, answer) = stage.get("/").await;
    let body: String = answer.split_once("\r\n\r\n").unwrap().1.split("\r\n").skip(1).step_by(2).collect();
    assert_eq!((status, body.as_str()), (200, "wiki0123456789"), "{answer}");
}

#[tokio::test]
async fn interim_answers_are_passed_over() {
    let address = upstream(|mut stream, head| async move {
        let first = if head.contains("/switch") { "101 Switching Protocols" } else { "103 Early Hints" };
        let answer =
            format!("HTTP/1.1 {first}\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        drop(stream.write_all(answer.as_bytes()).await);
    })
    .await;
    let stage = Stage::before(address, &patient());
    let (status, answer) = stage.get("/hints").await;
    assert!(status == 200 && answer.ends_with("ok"), "{answer}");
    assert_eq!(stage.get("/switch").await.0, 502);
}
