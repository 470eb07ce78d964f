//! Who lists first: what the first problems need is not to share the server and the line with the rest.

use std::time::Duration;

use tokio::sync::watch;

/// The first look is waited for no longer: a server that is slow with it is slow with everything.
const HEAD_START: Duration = Duration::from_millis(150);

/// Held by the first look until it has what it came for.
#[derive(Debug)]
pub struct Look {
    _held: watch::Sender<()>,
}

/// A watch's turn to list for the first time.
#[derive(Clone, Debug)]
pub enum Turn {
    /// After the first look. The rest waits until it is dropped.
    First {
        /// What the rest waits for.
        _held: watch::Sender<()>,
        /// Ends with the first look.
        look: watch::Receiver<()>,
    },
    /// When no first turn is held any more.
    Rest(watch::Receiver<()>),
}

/// The first look's, and the two turns after it.
pub fn in_order() -> (Look, Turn, Turn) {
    let (look, seen) = watch::channel(());
    let (held, released) = watch::channel(());
    let first = Turn::First {
        _held: held,
        look: seen,
    };
    (Look { _held: look }, first, Turn::Rest(released))
}

impl Turn {
    /// Waits until it has come.
    pub async fn come(&mut self) {
        match self {
            Self::First { look, .. } => drop(tokio::time::timeout(HEAD_START, end(look)).await),
            Self::Rest(released) => end(released).await,
        }
    }
}

/// Nothing is ever sent: a channel ends with its last sender.
async fn end(channel: &mut watch::Receiver<()>) {
    while channel.changed().await.is_ok() {}
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn the_rest_waits_for_every_first() {
        let (look, first, mut rest) = in_order();
        drop(look);
        let mut another = first.clone();
        assert!(another.come().now_or_never().is_some());
        drop(first);
        assert!(rest.come().now_or_never().is_none());
        drop(another);
        assert!(rest.come().now_or_never().is_some());
    }

    #[tokio::test]
    async fn the_first_look_goes_first_but_is_not_waited_for_long() {
        let (look, mut first, _rest) = in_order();
        let begin = tokio::time::Instant::now();
        first.come().await;
        assert!(begin.elapsed() >= HEAD_START);
        drop(look);
        assert!(first.come().now_or_never().is_some());
    }
}
