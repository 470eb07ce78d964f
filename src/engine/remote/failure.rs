//! Why a remote analyzer gave no answer.

use std::time::Duration;

use crate::engine::coverage::Status;
use crate::engine::object::Text;

/// Why a remote analyzer gave no answer, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Its settings cannot be used.
    #[error("{0}")]
    Setting(Text),
    /// Nobody answers there.
    #[error("cannot reach {place}: {cause}. Does it run, and do url and port name it?")]
    Connect {
        /// Host and port.
        place: String,
        /// What the system said.
        cause: String,
    },
    /// The two cannot agree on a safe connection.
    #[error("{place}: TLS failed: {cause}. Correct tls and ca_file")]
    Tls {
        /// Host and port.
        place: String,
        /// What went wrong.
        cause: String,
    },
    /// It took too long.
    #[error("no answer within {} s: raise its timeout, or see what keeps it", .0.as_secs_f32())]
    Deadline(Duration),
    /// It answers, but not by the protocol.
    #[error("no custom analyzer answers there: {0}")]
    Protocol(String),
    /// It answers that it cannot.
    #[error("it answered {code}{}{message}", if message.is_empty() { "" } else { ": " })]
    Status {
        /// The code's name.
        code: String,
        /// What it says.
        message: String,
    },
}

impl CallError {
    /// What coverage calls it.
    pub fn status(&self) -> Status {
        match self {
            Self::Status { code, .. } if code == "PERMISSION_DENIED" || code == "UNAUTHENTICATED" => {
                Status::Forbidden
            }
            _ => Status::Error,
        }
    }
}
