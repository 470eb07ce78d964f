//! Who lists first: the lists that the first problems need are not to share the server and the line with the rest.

use tokio::sync::watch;

/// A watch's turn to list for the first time.
#[derive(Clone, Debug)]
pub enum Turn {
    /// At once. The others wait until it is dropped.
    First { _held: watch::Sender<()> },
    /// When no first turn is held any more.
    Rest(watch::Receiver<()>),
}

/// The two turns.
pub fn two() -> (Turn, Turn) {
    let (held, released) = watch::channel(());
    (Turn::First { _held: held }, Turn::Rest(released))
}

impl Turn {
    /// Waits until it has come.
    pub async fn come(&mut self) {
        if let Self::Rest(released) = self {
            // Nothing is ever sent: it ends with the last sender.
            while released.changed().await.is_ok() {}
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn the_rest_waits_for_every_first() {
        let (first, mut rest) = two();
        let mut another = first.clone();
        assert!(another.come().now_or_never().is_some());
        drop(first);
        assert!(rest.come().now_or_never().is_none());
        drop(another);
        assert!(rest.come().now_or_never().is_some());
    }
}
