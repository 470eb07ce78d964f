//! The terminal: taken, given back on every way out, lent to programs that must ask the person something.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdout};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture, Event, EventStream,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use tokio::sync::{mpsc, oneshot};

use crate::app::model::Model;
use crate::views;

/// Whether the terminal is ours now. Process-wide, as the terminal is: the panic hook has nothing else to ask.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Why there can be no console here.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Standard input or output is a file or a pipe.
    #[error(
        "the console needs a terminal, but standard {0} is not one; `k8stui analyze` prints the problems without one"
    )]
    NotATerminal(&'static str),
    /// The terminal refused.
    #[error("the terminal could not be {action}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What it said.
        source: io::Error,
    },
}

/// Whether there is a terminal to be taken.
pub fn check() -> Result<(), TerminalError> {
    for (is_terminal, name) in [
        (io::stdin().is_terminal(), "input"),
        (stdout().is_terminal(), "output"),
    ] {
        if !is_terminal {
            return Err(TerminalError::NotATerminal(name));
        }
    }
    Ok(())
}

/// What the loop draws on and reads keys from.
pub trait Screen: Send {
    /// Draws the model; returns when the first visible text goes out of date.
    fn draw(&mut self, model: &Model) -> io::Result<Option<Timestamp>>;
    /// Its size in columns and rows.
    fn size(&self) -> io::Result<(u16, u16)>;
    /// The events from the keyboard. Dropping the stream stops reading standard input.
    fn events(&mut self) -> BoxStream<'static, io::Result<Event>>;
    /// Gives the terminal back as it was.
    fn leave(&mut self) -> io::Result<()>;
    /// Takes it again, and draws everything anew next time.
    fn enter(&mut self) -> io::Result<()>;
    /// Stops this process and all of its job until the shell continues it.
    fn stop(&mut self) -> io::Result<()>;
}

/// The terminal of this process. Given back when dropped.
pub struct Tty {
    // Buffered whole: standard output by itself is flushed at every line.
    // Never dropped: ratatui would write to standard error when the terminal has gone, and panic as that has gone too.
    terminal: ManuallyDrop<Canvas>,
    mouse: bool,
}

type Canvas = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

fn new_terminal() -> io::Result<Canvas> {
    Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout())))
}

impl Tty {
    /// Takes the terminal, and its mouse where wanted, after making sure that there is one: nothing is touched
    /// otherwise.
    pub fn take(mouse: bool) -> Result<Self, TerminalError> {
        for (is_terminal, name) in [
            (io::stdin().is_terminal(), "input"),
            (stdout().is_terminal(), "output"),
        ] {
            if !is_terminal {
                return Err(TerminalError::NotATerminal(name));
            }
        }
        restore_on_panic();
        let io = |action| move |source| TerminalError::Io { action, source };
        take_over(mouse).map_err(io("set up"))?;
        let terminal = new_terminal().map_err(io("measured"));
        if terminal.is_err() {
            give_back().ok();
        }
        Ok(Self {
            terminal: ManuallyDrop::new(terminal?),
            mouse,
        })
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // Nobody is left to be told: the terminal may be gone (SIGHUP).
        give_back().ok();
    }
}

impl Screen for Tty {
    fn draw(&mut self, model: &Model) -> io::Result<Option<Timestamp>> {
        let mut next = None;
        // One synchronised update around resize, clear and draw: two would flash.
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        let drawn = self
            .terminal
            .draw(|frame| next = views::draw(model, frame))
            .map(|_| ());
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        drawn.map(|()| next)
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    fn events(&mut self) -> BoxStream<'static, io::Result<Event>> {
        let mut events = EventStream::new();
        // crossterm reads a terminal that has gone for ever, without coming back: it must not be asked then.
        stream::poll_fn(move |context| {
            if has_hung_up() {
                return Poll::Ready(None);
            }
            events.poll_next_unpin(context)
        })
        .boxed()
    }

    fn leave(&mut self) -> io::Result<()> {
        give_back()
    }

    fn enter(&mut self) -> io::Result<()> {
        take_over(self.mouse)?;
        // A new one draws every cell. Clearing the old one would ask the terminal where its cursor is, and wait.
        self.terminal = ManuallyDrop::new(new_terminal()?);
        Ok(())
    }

    #[cfg(unix)]
    fn stop(&mut self) -> io::Result<()> {
        // SIGSTOP, as SIGTSTP is caught; to the whole job, or a shell that started us through `cargo run` would go
        // on waiting. Returns when the job is continued.
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP).map_err(Into::into)
    }

    #[cfg(not(unix))]
    fn stop(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether the terminal behind standard input has gone.
#[cfg(unix)]
fn has_hung_up() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = io::stdin();
    // A hang-up is told whether it was asked about or not.
    let mut states = [PollFd::new(&stdin, PollFlags::empty())];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    poll(&mut states, Some(&at_once)).is_ok() && states.iter().any(|state| state.revents().intersects(gone))
}

#[cfg(not(unix))]
const fn has_hung_up() -> bool {
    false
}

fn take_over(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(
        stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        Clear(ClearType::All),
        cursor::Hide
    )?;
    if mouse {
        execute!(stdout(), EnableMouseCapture)
    } else {
        Ok(())
    }
}

fn give_back() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let mut out = stdout();
    // Every step is tried, whatever the one before said.
    let restored = execute!(
        out,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        cursor::Show,
        LeaveAlternateScreen
    );
    let cooked = disable_raw_mode();
    out.flush()?;
    restored.and(cooked)
}

/// A panic of the thread that draws gives the terminal back before the message is printed. Panics of other threads
/// end a task, not the console: they go to the log, never over the screen.
fn restore_on_panic() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let drawing = std::thread::current().id();
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == drawing {
                give_back().ok();
                previous(info);
            } else if TAKEN.load(Ordering::SeqCst) {
                tracing::error!(%info, "a task panicked");
            } else {
                previous(info);
            }
        }));
    });
}

/// A wish to have the terminal for a while.
#[derive(Debug)]
pub struct Wish {
    granted: oneshot::Sender<()>,
    returned: oneshot::Receiver<()>,
}

impl Wish {
    /// Tells the asker that the terminal is free, and waits until it is given back.
    pub async fn grant(self) {
        if self.granted.send(()).is_ok() {
            // An error is the lease that was dropped: that is how it comes back.
            self.returned.await.ok();
        }
    }
}

/// Lends the terminal to whoever must ask the person something: a credential plugin that wants a password.
#[derive(Clone, Debug)]
pub struct Lender(mpsc::Sender<Wish>);

/// The terminal, until this is dropped.
#[derive(Debug)]
pub struct Lease(#[expect(dead_code, reason = "held to be dropped")] oneshot::Sender<()>);

impl Lender {
    /// A lender and the wishes that come through it.
    pub fn new() -> (Self, mpsc::Receiver<Wish>) {
        let (sender, receiver) = mpsc::channel(1);
        (Self(sender), receiver)
    }

    /// Waits until the console has left the terminal. `None` where there is no console any more: then nobody is in
    /// the way either.
    pub async fn borrow(&self) -> Option<Lease> {
        let (granted, free) = oneshot::channel();
        let (lease, returned) = oneshot::channel();
        self.0.send(Wish { granted, returned }).await.ok()?;
        free.await.ok()?;
        Some(Lease(lease))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_terminal_comes_back_when_the_lease_is_dropped() {
        let (lender, mut wishes) = Lender::new();
        let borrower = tokio::spawn(async move { lender.borrow().await.is_some() });
        wishes.recv().await.unwrap().grant().await;
        assert!(borrower.await.unwrap());
    }

    #[tokio::test]
    async fn a_console_that_has_gone_lends_nothing_and_blocks_nobody() {
        let (lender, wishes) = Lender::new();
        drop(wishes);
        assert!(lender.borrow().await.is_none());
    }
}
