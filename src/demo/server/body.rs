//! Bodies of answers.

use std::io;

use bytes::Bytes;
use futures::Stream;
use futures::StreamExt;
use http::{Response, StatusCode, header};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use serde_json::Value;

use super::status::Failure;

/// What is sent; an error cuts the connection.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// An answer.
pub(super) type Answer = Response<Body>;

pub(super) fn json(code: StatusCode, value: &Value) -> Answer {
    bytes(
        code,
        "application/json",
        Bytes::from(serde_json::to_vec(value).unwrap_or_default()),
    )
}

pub(super) fn bytes(code: StatusCode, content_type: &'static str, content: Bytes) -> Answer {
    let body = Full::new(content).map_err(|never| match never {}).boxed_unsync();
    answer(code, content_type, body)
}

/// An answer whose chunks come one by one.
pub(super) fn stream(
    content_type: &'static str,
    chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Answer {
    let body = BodyExt::boxed_unsync(StreamBody::new(chunks.map(|chunk| chunk.map(Frame::data))));
    answer(StatusCode::OK, content_type, body)
}

fn answer(code: StatusCode, content_type: &'static str, body: Body) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = code;
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static(content_type),
    );
    answer
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        let mut answer = json(failure.code, &failure.status());
        if let Some(seconds) = failure.retry_after {
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
        }
        answer
    }
}
