//! What comes into the model and what goes out of it.

use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::app::clipboard::Route;
use crate::chat::session;
use crate::chat::transcript::Loaded;
use crate::engine::analyzers::logs::LogLine;
use crate::engine::cluster::{Failure, LogRequest};
use crate::engine::evidence::dossier::{EventLine, Subject};
use crate::engine::object::{ObjectRef, Text};
use crate::engine::placement::Placed;
use crate::engine::snapshot::Snapshot;

use super::yaml::Document;

/// Numbers requests: a reply to a request that the model no longer waits for is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// A key.
    Key(KeyEvent),
    /// The mouse.
    Mouse(MouseEvent),
    /// A pasted text.
    Paste(String),
    /// The terminal's new size.
    Resize(u16, u16),
    /// Whether the terminal is in front.
    Focus(bool),
    /// The engine knows more.
    Engine(Arc<Snapshot>),
    /// An object's YAML, or why there is none.
    Yaml {
        /// Which request.
        request: RequestId,
        /// What came.
        result: Result<Document, Failure>,
    },
    /// The events of some objects.
    Events {
        /// Which request.
        request: RequestId,
        /// What came.
        lines: Vec<EventLine>,
    },
    /// Where the pod of a problem could run.
    Placement {
        /// Which request.
        request: RequestId,
        /// What came; `None`: it is about something else.
        placed: Option<Box<Placed>>,
    },
    /// The objects whose name holds what was typed.
    Names {
        /// Which request.
        request: RequestId,
        /// The objects, best first.
        objects: Vec<ObjectRef>,
    },
    /// Something of a log.
    Log {
        /// Which request.
        request: RequestId,
        /// What.
        what: LogMessage,
    },
    /// A chat could not be opened: the problem has gone.
    ChatFailed {
        /// Which session.
        session: Text,
        /// One line.
        why: Text,
    },
    /// A chat that was begun in an earlier run goes on.
    ChatResumed {
        /// Which session.
        session: Text,
        /// What was said.
        loaded: Box<Loaded>,
    },
    /// Something for a chat.
    Chat {
        /// Which session.
        session: Text,
        /// What.
        event: session::Event,
    },
    /// A text was copied, or why not.
    Copied {
        /// What was copied.
        text: Text,
        /// How.
        result: Result<Route, Text>,
    },
    /// Something that is shown has gone out of date.
    Timer,
    /// Something failed that no part of the screen waits for.
    Failed(Text),
    /// The system wants this program to end.
    Terminate,
    /// This program was stopped and goes on.
    Continued,
}

/// Something of one of the logs that a request is about.
#[derive(Debug)]
pub enum LogMessage {
    /// Lines, in the order in which they were written.
    Lines {
        /// The index of the stream in the request.
        stream: usize,
        /// The lines.
        lines: Vec<LogLine>,
    },
    /// The stream is at its end.
    Ended {
        /// The index of the stream in the request.
        stream: usize,
    },
    /// The stream failed.
    Failed {
        /// The index of the stream in the request.
        stream: usize,
        /// Why.
        failure: Failure,
    },
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Read an object and make YAML of it.
    ReadYaml {
        /// Which request.
        request: RequestId,
        /// Which object.
        object: ObjectRef,
    },
    /// Look up what was said about these objects.
    ReadEvents {
        /// Which request.
        request: RequestId,
        /// Which objects.
        objects: Vec<ObjectRef>,
    },
    /// Find out where the pod could run that a problem is rooted in.
    ReadPlacement {
        /// Which request.
        request: RequestId,
        /// The problem's id.
        problem: Text,
    },
    /// Find the objects whose name holds what was typed.
    FindNames {
        /// Which request.
        request: RequestId,
        /// What was typed.
        typed: String,
    },
    /// Read these logs. Replaces those of an earlier request, whose streams are closed.
    ReadLogs {
        /// Which request.
        request: RequestId,
        /// Which logs, each a stream.
        logs: Vec<LogRequest>,
    },
    /// Nobody looks at logs any more.
    CloseLogs,
    /// Gather what is known about a subject and open the session with it.
    OpenChat {
        /// The session.
        session: Text,
        /// What it is about.
        subject: Subject,
        /// The ids under which the same conversation may have been begun earlier.
        earlier: Vec<Text>,
    },
    /// Something a session wants done.
    Chat {
        /// The session.
        session: Text,
        /// What.
        effect: session::Effect,
    },
    /// Put a text into the clipboard.
    Copy(Text),
    /// Try to reach the cluster now.
    Refresh,
    /// Draw the whole screen anew.
    Redraw,
    /// Give the terminal back to the shell until it continues this program.
    Suspend,
    /// Leave.
    Quit,
}
