//! The chat against a scripted OpenAI-compatible server over real HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use futures::StreamExt;
use jiff::SignedDuration;
use k8stui::chat::provider::openai::OpenAi;
use k8stui::chat::provider::settings::{ProviderConfig, Settings};
use k8stui::chat::provider::{
    Chunk, FailureKind, Message, MessageRole, Provider, ProviderFailure, ProviderRequest,
};
use k8stui::chat::redact::Redactor;
use serde_json::json;

use crate::support::openai::{Answer, DEADLINE, Server, Step, done, event, finish, raw, text, usage};

pub fn settings(url: &str, extra: &[(&str, &str)]) -> Settings {
    let env = |name: &str| match name {
        "K8STUI_BASE_URL" => Some(url.to_owned()),
        "K8STUI_API_KEY" => Some("key-4711-secret".to_owned()),
        name => extra
            .iter()
            .find(|pair| pair.0 == name)
            .map(|pair| pair.1.to_owned()),
    };
    let config = ProviderConfig {
        max_tokens: Some(500),
        ..ProviderConfig::default()
    };
    Settings::named(env, &config).unwrap().unwrap()
}

fn request(question: &str) -> ProviderRequest {
    let messages = vec![Message {
        role: MessageRole::User,
        content: question.to_owned(),
    }];
    ProviderRequest::redacted(messages, &Redactor::new([0; 16]))
}

/// All that a provider says to one question.
async fn ask(server: &Server) -> Vec<Result<Chunk, ProviderFailure>> {
    let provider = OpenAi::new(settings(&server.url(), &[])).unwrap();
    tokio::time::timeout(DEADLINE, provider.send(request("why?")).collect())
        .await
        .unwrap()
}

fn words(chunks: &[Result<Chunk, ProviderFailure>]) -> String {
    chunks
        .iter()
        .filter_map(|chunk| match chunk {
            Ok(Chunk::Text(text)) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

fn end(chunks: &[Result<Chunk, ProviderFailure>]) -> Result<String, FailureKind> {
    match chunks.last() {
        Some(Ok(Chunk::Finished { reason })) => Ok(reason.to_string()),
        Some(Err(failure)) => Err(failure.kind),
        other => panic!("ends with {other:?}"),
    }
}

#[tokio::test]
async fn answers_stream_in_every_dialect() {
    let bom = |steps: Vec<Step>| {
        let mut all = vec![
            Step::Raw("\u{feff}".as_bytes()[..1].to_vec()),
            Step::Raw("\u{feff}".as_bytes()[1..].to_vec()),
        ];
        all.extend(steps);
        all
    };
    let cases: Vec<(&str, Vec<Step>)> = vec![
        ("plain", vec![text("Hel"), text("lo"), finish("stop"), done()]),
        (
            "byte order mark",
            bom(vec![text("Hel"), text("lo"), finish("stop"), done()]),
        ),
        (
            "comments, CRLF",
            vec![
                raw(": PROCESSING\r\n\r\n"),
                raw("data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\r\n\r\n"),
                finish("stop"),
                done(),
            ],
        ),
        ("no [DONE]", vec![text("Hello"), finish("stop")]),
        ("no finish_reason but [DONE]", vec![text("Hello"), done()]),
        (
            "empty finish_reason",
            vec![
                event(&json!({"choices": [{"delta": {"content": "Hello"}, "finish_reason": ""}]})),
                done(),
            ],
        ),
        (
            "last event not closed",
            vec![
                text("Hello"),
                raw("data: {\"choices\":[{\"finish_reason\":\"stop\"}]}"),
            ],
        ),
        (
            "usage alone",
            vec![text("Hello"), finish("stop"), usage(10, 2), done()],
        ),
        (
            "content in parts",
            vec![
                event(&json!({"choices": [{"delta": {"content": [{"type": "text", "text": "Hello"}]}}]})),
                finish("eos"),
                done(),
            ],
        ),
        (
            "nothing where something is",
            vec![
                event(&json!({"choices": [{"delta": null}], "usage": {"prompt_tokens": null}})),
                text("Hello"),
                finish("stop"),
                done(),
            ],
        ),
        ("one byte at a time", {
            let whole = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
            whole.bytes().map(|byte| Step::Raw(vec![byte])).collect()
        }),
    ];
    for (what, steps) in cases {
        let server = Server::start(vec![Answer::Stream(steps)]);
        let chunks = ask(&server).await;
        assert_eq!(words(&chunks), "Hello", "{what}: {chunks:?}");
        assert!(end(&chunks).is_ok(), "{what}: {chunks:?}");
    }
}

#[tokio::test]
async fn reasoning_and_usage_are_told_apart_from_words() {
    let server = Server::start(vec![Answer::Stream(vec![
        event(&json!({"choices": [{"delta": {"reasoning_content": "hm"}}]})),
        text("Hello"),
        finish("length"),
        usage(10, 2),
        done(),
    ])]);
    let chunks: Vec<Chunk> = ask(&server).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        chunks,
        [
            Chunk::Reasoning("hm".into()),
            Chunk::Text("Hello".into()),
            Chunk::Usage {
                prompt: 10,
                completion: 2
            },
            Chunk::Finished {
                reason: "length".into()
            },
        ]
    );
}

#[tokio::test]
async fn what_breaks_in_the_middle_keeps_what_came() {
    let cases = [
        ("cut", vec![text("Hel"), Step::Break], FailureKind::Cut),
        ("ends early", vec![text("Hel")], FailureKind::Cut),
        (
            "ends in a word",
            vec![text("Hel"), raw("data: {\"choices\":[{\"del")],
            FailureKind::Cut,
        ),
        (
            "malformed",
            vec![
                text("Hel"),
                raw("data: {oops}\n\n"),
                text("lo"),
                finish("stop"),
                done(),
            ],
            FailureKind::Malformed,
        ),
        (
            "error object",
            vec![
                text("Hel"),
                event(&json!({"error": {"message": "overloaded", "code": 529}})),
                done(),
            ],
            FailureKind::Refused { status: 529 },
        ),
        (
            "error reason",
            vec![text("Hel"), finish("error"), done()],
            FailureKind::Cut,
        ),
    ];
    for (what, steps, kind) in cases {
        let server = Server::start(vec![Answer::Stream(steps)]);
        let chunks = ask(&server).await;
        assert_eq!(words(&chunks), "Hel", "{what}: {chunks:?}");
        assert_eq!(end(&chunks), Err(kind), "{what}: {chunks:?}");
    }
}

#[tokio::test]
async fn every_refusal_is_one_line_that_says_what_to_do() {
    let cases = [
        (401, json!({"error": {"message": "Incorrect API key provided: key-4711-secret."}}).to_string(), FailureKind::Unauthorized),
        (403, "Forbidden".to_owned(), FailureKind::Unauthorized),
        (404, json!({"error": "model 'test-model' not found, try pulling it first"}).to_string(), FailureKind::NotFound),
        (429, json!([{"error": {"message": "slow down", "code": 429}}]).to_string(), FailureKind::RateLimited),
        (429, json!({"error": {"message": "You exceeded your quota", "type": "insufficient_quota"}}).to_string(), FailureKind::Refused { status: 429 }),
        (400, json!({"error": {"message": "This model's maximum context length is 8192 tokens.", "code": "context_length_exceeded"}}).to_string(), FailureKind::TooLong),
        (400, json!({"object": "error", "message": "bad template", "code": 400}).to_string(), FailureKind::Refused { status: 400 }),
        (503, "<html>\n<b>loading</b>".to_owned(), FailureKind::Refused { status: 503 }),
        (302, String::new(), FailureKind::Refused { status: 302 }),
        (200, json!({"error": {"message": "the request exceeds the available context size", "type": "exceed_context_size_error", "code": 400}}).to_string(), FailureKind::TooLong),
        (200, "<html>log in</html>".to_owned(), FailureKind::Malformed),
    ];
    let mut lines = Vec::new();
    for (status, body, kind) in cases {
        let server = Server::start(vec![Answer::json(
            status,
            &[("location", "http://127.0.0.1:1/")],
            &body,
        )]);
        let chunks = ask(&server).await;
        let Some(Err(failure)) = chunks.first() else {
            panic!("{status}: {chunks:?}")
        };
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(
            !failure.line.contains('\n') && !failure.line.contains("key-4711"),
            "{failure}"
        );
        let host = server.url().replace("http://", "").replace("/v1", "");
        lines.push(failure.line.replace(&host, "HOST"));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let url = Server::start(Vec::new()).url();
    let provider = OpenAi::new(settings("http://127.0.0.1:9", &[("K8STUI_MODEL", "m")])).unwrap();
    let chunks: Vec<_> = provider.send(request("why?")).collect().await;
    let Some(Err(failure)) = chunks.first() else {
        panic!("{chunks:?}")
    };
    assert_eq!(failure.kind, FailureKind::Down);
    assert!(
        failure.line.starts_with("127.0.0.1:9 cannot be reached"),
        "{failure} {url}"
    );
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let body = json!({"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}});
    let server = Server::start(vec![Answer::json(200, &[], &body.to_string())]);
    let chunks = ask(&server).await;
    assert_eq!(words(&chunks), "Hello");
    assert_eq!(end(&chunks), Ok("stop".into()));
}

#[tokio::test]
async fn a_parameter_that_is_refused_is_left_out_and_remembered() {
    let refuse = |name: &str| {
        Answer::error(
            400,
            &json!({"error": {"message": format!("Unsupported parameter: '{name}'")}}),
        )
    };
    let server = Server::start(vec![
        refuse("stream_options"),
        refuse("max_tokens"),
        Answer::say(&["Hello"]),
        Answer::say(&["again"]),
    ]);
    let provider = OpenAi::new(settings(&server.url(), &[])).unwrap();
    let chunks: Vec<_> = provider.send(request("why?")).collect().await;
    assert_eq!(words(&chunks), "Hello");
    let chunks: Vec<_> = provider.send(request("and?")).collect().await;
    assert_eq!(words(&chunks), "again");
    let bodies: Vec<_> = server
        .received()
        .iter()
        .map(super::support::openai::Received::json)
        .collect();
    assert_eq!(bodies.len(), 4);
    assert_eq!(bodies[0]["stream"], true);
    assert_eq!(bodies[0]["stream_options"]["include_usage"], true);
    assert_eq!(bodies[0]["max_tokens"], 500);
    for body in &bodies[2..] {
        assert!(body.get("stream_options").is_none() && body.get("max_tokens").is_none());
        assert_eq!(body["max_completion_tokens"], 500);
    }
}

#[tokio::test]
async fn the_model_is_the_named_one_or_the_first_listed() {
    let server = Server::start(vec![Answer::say(&["a"]), Answer::say(&["b"])]);
    let listed = OpenAi::new(settings(&server.url(), &[])).unwrap();
    assert_eq!(&*listed.model().await.unwrap(), "test-model");
    listed.send(request("x")).collect::<Vec<_>>().await;
    let named = OpenAi::new(settings(&server.url(), &[("K8STUI_MODEL", "big")])).unwrap();
    named.send(request("x")).collect::<Vec<_>>().await;
    let received = server.received();
    assert_eq!(received[0].json()["model"], "test-model");
    assert_eq!(received[1].json()["model"], "big");
    assert_eq!(received[1].path, "/v1/chat/completions");
    assert_eq!(
        received[1].header("authorization"),
        Some("Bearer key-4711-secret")
    );
}

#[tokio::test]
async fn retry_after_reaches_the_session() {
    let server = Server::start(vec![Answer::json(429, &[("retry-after", "7")], "{}")]);
    let chunks = ask(&server).await;
    let Some(Err(failure)) = chunks.first() else {
        panic!("{chunks:?}")
    };
    assert_eq!(failure.retry_after, Some(SignedDuration::from_secs(7)));
    assert_eq!(server.received().len(), 1, "nothing below the session retries");
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() {
    let server = Server::start(vec![Answer::Stream(vec![text("Hel"), Step::Hang])]);
    let provider = OpenAi::new(settings(&server.url(), &[])).unwrap();
    let mut chunks = provider.send(request("why?"));
    assert_eq!(chunks.next().await.unwrap().unwrap(), Chunk::Text("Hel".into()));
    drop(chunks);
    tokio::task::spawn_blocking(move || server.wait_dropped())
        .await
        .unwrap();
}
