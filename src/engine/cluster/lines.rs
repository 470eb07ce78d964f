//! Lines out of chunks.

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};

use super::Failure;

/// One line may not be longer: a log without line ends must not fill the memory. The rest of such a line begins a new one.
const MAX_LINE: usize = 4 * 1024 * 1024;

/// The lines of a body, without their ends, as soon as each is whole; what follows the last end comes at the end.
pub fn lines(
    chunks: impl Stream<Item = Result<Bytes, Failure>> + Send + Unpin + 'static,
) -> impl Stream<Item = Result<Bytes, Failure>> + Send + 'static {
    let state = (chunks, BytesMut::new(), false);
    futures::stream::unfold(state, |(mut chunks, mut held, mut ended)| async move {
        let mut searched = 0;
        loop {
            let fresh = held.get(searched..).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', fresh) {
                let line = held.split_to(searched + end + 1).freeze();
                let line = line.slice(..line.len() - 1);
                return Some((Ok(line), (chunks, held, ended)));
            }
            if held.len() >= MAX_LINE || (ended && !held.is_empty()) {
                return Some((Ok(held.split().freeze()), (chunks, held, ended)));
            }
            if ended {
                return None;
            }
            searched = held.len();
            match chunks.next().await {
                Some(Ok(chunk)) => held.extend_from_slice(&chunk),
                Some(Err(failure)) => return Some((Err(failure), (chunks, BytesMut::new(), true))),
                None => ended = true,
            }
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cluster::FailureKind;

    async fn split(parts: &[&str]) -> Vec<String> {
        let chunks: Vec<_> = parts
            .iter()
            .map(|part| Ok(Bytes::copy_from_slice(part.as_bytes())))
            .collect();
        lines(futures::stream::iter(chunks))
            .map(|line| String::from_utf8(line.unwrap().to_vec()).unwrap())
            .collect()
            .await
    }

    #[tokio::test]
    async fn lines_do_not_depend_on_how_bytes_arrive() {
        assert_eq!(split(&["a\nbc", "d\n", "\n", "e"]).await, ["a", "bcd", "", "e"]);
        assert_eq!(split(&["a\nbcd\n\ne"]).await, ["a", "bcd", "", "e"]);
        assert_eq!(split(&["a\n"]).await, ["a"]);
        assert!(split(&[]).await.is_empty());
    }

    #[tokio::test]
    async fn a_broken_connection_is_told_after_what_came() {
        let failure = Failure::new(FailureKind::Unreachable, "broke");
        let chunks = vec![Ok(Bytes::from_static(b"a\nb")), Err(failure.clone())];
        let got: Vec<_> = lines(futures::stream::iter(chunks)).collect().await;
        assert_eq!(got, [Ok(Bytes::from_static(b"a")), Err(failure)]);
    }
}
