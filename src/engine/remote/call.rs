//! One call of `Run`: a unary gRPC call over HTTP/2.

use std::convert::Infallible;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use h2::RecvStream;
use h2::client::{Builder, ResponseFuture};
use http::header::{CONTENT_TYPE, TE, USER_AGENT};
use http::{HeaderValue, Request, Response, Uri};
use prost::Message;

use super::schema::RunResponse;
use super::{CallError, Endpoint, Said, status};

const METHOD: &str = "/schema.v1.CustomAnalyzerService/Run";
/// What gRPC takes without being asked for more; a list of faults is far below.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;
/// Headers and trailers are a status and a sentence.
const MAX_HEADERS: u32 = 16 * 1024;
/// A flag (compressed) and the message's length.
const PREFIX: usize = 5;
/// The request: a message of no bytes, not compressed.
const EMPTY: &[u8] = &[0; PREFIX];

/// Asks once. The caller holds the deadline; `timeout` tells the other side of it.
pub async fn run(endpoint: &Endpoint, timeout: Duration) -> Result<Vec<Said>, CallError> {
    let request = request(endpoint, timeout)?;
    let stream = endpoint.connect().await?;
    let (client, connection) = Builder::new()
        .max_header_list_size(MAX_HEADERS)
        .enable_push(false)
        .handshake::<_, Bytes>(stream)
        .await
        .map_err(broken)?;
    let call = async {
        let mut client = client.ready().await.map_err(broken)?;
        let (response, mut body) = client.send_request(request, false).map_err(broken)?;
        body.send_data(Bytes::from_static(EMPTY), true).map_err(broken)?;
        answer(response).await
    };
    // What came before a connection ended is still read, so its end decides nothing: the call sees it by itself.
    let drive = async {
        let _ended = connection.await;
        std::future::pending::<Infallible>().await
    };
    tokio::select! {
        said = call => said,
        never = drive => match never {},
    }
}

fn request(endpoint: &Endpoint, timeout: Duration) -> Result<Request<()>, CallError> {
    let uri = Uri::builder()
        .scheme(endpoint.scheme())
        .authority(endpoint.authority().clone())
        .path_and_query(METHOD)
        .build();
    let mut request = uri
        .and_then(|uri| Request::post(uri).body(()))
        .map_err(|error| CallError::Setting(error.to_string().into()))?;
    let headers = request.headers_mut();
    *headers = endpoint.headers().clone();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    let agent = concat!("k8stui/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    // At most eight digits are allowed; in milliseconds these are more than a day.
    let milliseconds = timeout.as_millis().min(99_999_999);
    if let Ok(value) = HeaderValue::from_str(&format!("{milliseconds}m")) {
        headers.insert("grpc-timeout", value);
    }
    Ok(request)
}

async fn answer(response: ResponseFuture) -> Result<Vec<Said>, CallError> {
    let response = response.await.map_err(broken)?;
    check(&response)?;
    // An answer without a body has its status here.
    if let Some(Err(error)) = status::read(response.headers()) {
        return Err(error);
    }
    let mut body = response.into_body();
    let message = read(&mut body).await?;
    let trailers = body.trailers().await.map_err(broken)?.unwrap_or_default();
    status::read(&trailers)
        .unwrap_or_else(|| Err(CallError::Protocol("its answer ends without a status".to_owned())))?;
    let message = unframed(message)?;
    let decoded = RunResponse::decode(message)
        .map_err(|error| CallError::Protocol(format!("its answer cannot be read: {error}")))?;
    Ok(decoded.results.into_iter().map(Said::from).collect())
}

fn check(response: &Response<RecvStream>) -> Result<(), CallError> {
    if response.status() != http::StatusCode::OK {
        let said = format!("HTTP status {}", response.status());
        return Err(CallError::Protocol(said));
    }
    let content = response.headers().get(CONTENT_TYPE);
    let content = content.map_or(&b""[..], HeaderValue::as_bytes);
    if content.starts_with(b"application/grpc") {
        Ok(())
    } else {
        let content = String::from_utf8_lossy(content);
        Err(CallError::Protocol(format!("its content type is {content:?}")))
    }
}

async fn read(body: &mut RecvStream) -> Result<BytesMut, CallError> {
    let mut message = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.map_err(broken)?;
        if message.len() + chunk.len() > MAX_MESSAGE + PREFIX {
            let said = format!("its answer is of more than {MAX_MESSAGE} bytes");
            return Err(CallError::Protocol(said));
        }
        message.extend_from_slice(&chunk);
        body.flow_control()
            .release_capacity(chunk.len())
            .map_err(broken)?;
    }
    Ok(message)
}

/// The one message of an answer.
fn unframed(mut body: BytesMut) -> Result<BytesMut, CallError> {
    let wrong = |what: &str| Err(CallError::Protocol(format!("its answer {what}")));
    if body.len() < PREFIX {
        return wrong("holds no message");
    }
    if body.get_u8() != 0 {
        return wrong("is compressed, which was not asked for");
    }
    let length = body.get_u32() as usize;
    if body.len() < length {
        return wrong("is cut short");
    }
    if body.len() > length {
        return wrong("holds more than one message");
    }
    Ok(body)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err passes")]
fn broken(error: h2::Error) -> CallError {
    CallError::Protocol(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_whole_message() {
        for (bytes, said) in [
            (&b""[..], "no message"),
            (&[0, 0, 0, 0], "no message"),
            (&[1, 0, 0, 0, 0], "compressed"),
            (&[0, 0, 0, 0, 2, 1], "cut short"),
            (&[0, 255, 255, 255, 255, 1], "cut short"),
            (&[0, 0, 0, 0, 0, 0], "more than one"),
        ] {
            let error = unframed(BytesMut::from(bytes)).unwrap_err().to_string();
            assert!(error.contains(said), "{bytes:?}: {error}");
        }
        assert_eq!(
            unframed(BytesMut::from(&[0, 0, 0, 0, 1, 7][..])).unwrap(),
            [7][..]
        );
    }
}
