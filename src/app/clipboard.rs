//! The clipboard: the system's own, or over SSH the person's terminal (OSC 52).

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The way by which a text reached the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The clipboard of the machine that this program runs on.
    System,
    /// The terminal was asked (OSC 52); whether it obeyed cannot be known.
    Terminal,
}

/// Why a text did not reach the clipboard.
#[derive(Debug, thiserror::Error)]
pub enum ClipboardError {
    /// Terminals drop what is longer.
    #[error("{bytes} bytes are too many for the terminal's clipboard, which takes {MAX_TEXT}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// The terminal could not be written to.
    #[error("cannot write to the terminal: {0}")]
    Terminal(#[from] io::Error),
}

/// Takes texts.
pub trait Clipboard {
    /// Puts `text` there.
    fn copy(&mut self, text: &str) -> Result<Route, ClipboardError>;
}

/// The longest text for OSC 52: terminals that have a limit cut the base64 form at 100,000 bytes less the sequence.
pub const MAX_TEXT: usize = 74_994;

/// What of the environment decides the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The screen belongs to another machine: the system clipboard here is not the person's.
    pub remote: bool,
    /// What stands between this program and the terminal.
    pub multiplexer: Option<Multiplexer>,
}

/// A program that swallows unknown escape sequences unless they are wrapped for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Multiplexer {
    /// tmux; needs `allow-passthrough on` or `set-clipboard on`.
    Tmux,
    /// GNU screen.
    Screen,
}

impl Surroundings {
    /// Read from environment variables, given as a function.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let multiplexer = if set("TMUX") {
            Some(Multiplexer::Tmux)
        } else if set("STY") {
            Some(Multiplexer::Screen)
        } else {
            None
        };
        Self {
            remote: set("SSH_CONNECTION") || set("SSH_TTY"),
            multiplexer,
        }
    }
}

/// Puts a text into the system's clipboard, or says why not.
pub type SystemCopy = Box<dyn FnMut(&str) -> Result<(), String> + Send>;

/// The system's clipboard where the screen is this machine's, the terminal's otherwise or where the first fails.
pub struct AnyClipboard<W> {
    surroundings: Surroundings,
    system: SystemCopy,
    terminal: W,
}

impl<W: Write> AnyClipboard<W> {
    /// `terminal` must be what the screen is drawn to.
    pub fn new(surroundings: Surroundings, system: SystemCopy, terminal: W) -> Self {
        Self {
            surroundings,
            system,
            terminal,
        }
    }

    /// What it writes to.
    pub fn into_terminal(self) -> W {
        self.terminal
    }
}

impl<W: Write> Clipboard for AnyClipboard<W> {
    fn copy(&mut self, text: &str) -> Result<Route, ClipboardError> {
        if !self.surroundings.remote {
            match (self.system)(text) {
                Ok(()) => return Ok(Route::System),
                Err(reason) => tracing::debug!(%reason, "no system clipboard; asking the terminal"),
            }
        }
        let sequence = osc52(text, self.surroundings.multiplexer)?;
        self.terminal.write_all(sequence.as_bytes())?;
        self.terminal.flush()?;
        Ok(Route::Terminal)
    }
}

/// The system's clipboard through arboard, opened at the first copy and kept: on X11 and Wayland the text lives only
/// as long as its owner.
pub fn system() -> SystemCopy {
    let mut opened: Option<arboard::Clipboard> = None;
    Box::new(move |text| {
        let clipboard = match &mut opened {
            Some(clipboard) => clipboard,
            closed => closed.insert(arboard::Clipboard::new().map_err(|error| error.to_string())?),
        };
        clipboard.set_text(text).map_err(|error| error.to_string())
    })
}

/// The escape sequence that asks the terminal to take `text`, wrapped for what stands in between.
pub fn osc52(text: &str, multiplexer: Option<Multiplexer>) -> Result<String, ClipboardError> {
    if text.len() > MAX_TEXT {
        return Err(ClipboardError::TooLong { bytes: text.len() });
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    Ok(match multiplexer {
        None => plain,
        // tmux hands through what stands in its own sequence, every ESC doubled.
        Some(Multiplexer::Tmux) => format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
        Some(Multiplexer::Screen) => screen_chunks(&plain),
    })
}

/// GNU screen takes at most 768 bytes in one pass-through sequence; the terminal puts the parts together again.
fn screen_chunks(plain: &str) -> String {
    let mut wrapped = String::with_capacity(plain.len() + plain.len() / 64);
    for (index, character) in plain.char_indices() {
        if index % 700 == 0 {
            if index > 0 {
                wrapped.push_str("\x1b\\");
            }
            wrapped.push_str("\x1bP");
        }
        wrapped.push(character);
    }
    wrapped.push_str("\x1b\\");
    wrapped
}
