//! The loop: waits for whatever happens first, tells the model, does what it asks for, draws when something changed.

use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use crossterm::event::Event;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use jiff::Timestamp;
use ratatui::layout::Size;
use tokio::sync::{mpsc, watch};

use crate::chat::driver::Driver;
use crate::chat::redact::Redactor;
use crate::chat::session;
use crate::engine::object::Text;
use crate::engine::snapshot::Snapshot;

use super::clipboard::Clipboard;
use super::effects::{Backend, Runner, Step};
use super::frame::Limiter;
use super::message::Message;
use super::model::{Model, Setting};
use super::terminal::{Screen, Wish};
use super::update::update;

/// Messages of tasks that may wait: a task that brings more waits itself.
pub const QUEUE: usize = 256;

/// Keys that are taken in one turn before the screen is drawn.
const KEYS: usize = 512;

/// Reads the clock.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A signal of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// End: SIGTERM, SIGQUIT, or SIGHUP as the terminal has gone.
    Terminate,
    /// SIGINT. Meant for whoever has the terminal: a key press of the person comes as a key.
    Interrupt,
    /// SIGTSTP: stop until the shell continues us.
    Stop,
    /// SIGCONT: we were stopped and go on.
    Continue,
}

/// How the console ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The person left.
    Left,
    /// The system ended it.
    Terminated,
}

/// What the console needs of the outside.
pub struct Ports {
    /// The engine.
    pub backend: Arc<dyn Backend>,
    /// Runs the effects of conversations.
    pub chats: Driver,
    /// What it brings back.
    pub chat_events: mpsc::Receiver<(Text, session::Event)>,
    /// Stands before everything that is sent.
    pub redactor: Redactor,
    /// Where commands are copied to.
    pub clipboard: Box<dyn Clipboard + Send>,
    /// Wishes to have the terminal for a while.
    pub wishes: mpsc::Receiver<Wish>,
    /// Signals of the system.
    pub signals: BoxStream<'static, Signal>,
    /// The clock.
    pub now: Now,
}

/// How the console looks and talks.
#[derive(Clone, Debug)]
pub struct Options {
    /// What does not change while it runs.
    pub setting: Setting,
    /// The context's name, shown until the engine knows more.
    pub context: String,
    /// The most tokens of a seed.
    pub seed_tokens: usize,
}

/// Runs the console until the person leaves or the system ends it. The screen is left as it is: its owner restores it.
pub async fn run(options: Options, ports: Ports, screen: &mut dyn Screen) -> io::Result<Ending> {
    let (width, height) = screen.size()?;
    let now = (ports.now)();
    let model = Model::new(options.setting, &options.context, Size::new(width, height), now);
    let (sender, messages) = mpsc::channel(QUEUE);
    let runner = Runner::new(
        Arc::clone(&ports.backend),
        sender,
        ports.chats,
        ports.redactor,
        options.seed_tokens,
        ports.clipboard,
    );
    let mut console = Console {
        model,
        runner,
        limiter: Limiter::default(),
        now: ports.now,
        screen,
    };
    let inputs = Inputs {
        messages,
        chat_events: ports.chat_events,
        snapshots: ports.backend.snapshots(),
        wishes: ports.wishes,
        signals: ports.signals,
    };
    let ending = console.until_the_end(inputs).await;
    console.runner.close();
    ending
}

/// Everything that comes in, apart from keys.
struct Inputs {
    messages: mpsc::Receiver<Message>,
    chat_events: mpsc::Receiver<(Text, session::Event)>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    wishes: mpsc::Receiver<Wish>,
    signals: BoxStream<'static, Signal>,
}

/// What one turn of the loop is about.
enum Turn {
    Key(Event),
    Message(Message),
    Wish(Wish),
    Stop,
    Frame,
    InputEnded,
}

/// The console while it runs.
struct Console<'a> {
    model: Model,
    runner: Runner,
    limiter: Limiter,
    now: Now,
    screen: &'a mut dyn Screen,
}

impl Console<'_> {
    async fn until_the_end(&mut self, mut inputs: Inputs) -> io::Result<Ending> {
        let mut keys = self.screen.events();
        let first = Arc::clone(&inputs.snapshots.borrow_and_update());
        self.tell(Message::Engine(first));
        self.draw()?;
        loop {
            let turn = self.next(&mut keys, &mut inputs).await?;
            let is_key = matches!(turn, Turn::Key(_));
            let is_wish = matches!(turn, Turn::Wish(_));
            let was_terminated = is_wish || matches!(turn, Turn::Message(Message::Terminate));
            let step = match turn {
                Turn::Key(event) => self.keys(event, &mut keys).await?,
                Turn::Message(message) => self.tell(message),
                Turn::Stop => Step::Suspend,
                Turn::Wish(wish) => {
                    drop(keys);
                    let step = self.lend(wish, &mut inputs.signals).await?;
                    keys = self.screen.events();
                    step
                }
                Turn::Frame => self.tell(Message::Timer),
                Turn::InputEnded => return Ok(Ending::Terminated),
            };
            match step {
                Step::Go => {}
                Step::Redraw => self.screen.enter()?,
                Step::Suspend => {
                    // The stream of keys stays: its thread stops with the process, so that it takes nothing from
                    // the shell; and one that is made anew can miss the first key after it.
                    self.screen.leave()?;
                    self.screen.stop()?;
                    self.screen.enter()?;
                    self.measure()?;
                }
                Step::Quit if was_terminated => return Ok(Ending::Terminated),
                Step::Quit => return Ok(Ending::Left),
            }
            let instant = Instant::now();
            if is_key || step != Step::Go {
                self.limiter.request_now(instant);
            }
            if self.limiter.due(instant) {
                self.draw()?;
            }
        }
    }

    /// Waits for what happens first. Signals are rare and must not wait; then keys go before everything else.
    async fn next(
        &mut self,
        keys: &mut BoxStream<'static, io::Result<Event>>,
        inputs: &mut Inputs,
    ) -> io::Result<Turn> {
        let deadline = self.limiter.deadline();
        let frame = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(signal) = inputs.signals.next() => Ok(match signal {
                Signal::Terminate | Signal::Interrupt => Turn::Message(Message::Terminate),
                Signal::Stop => Turn::Stop,
                Signal::Continue => Turn::Message(Message::Continued),
            }),
            event = keys.next() => match event {
                Some(event) => Ok(Turn::Key(event?)),
                None => Ok(Turn::InputEnded),
            },
            () = frame => Ok(Turn::Frame),
            Some(wish) = inputs.wishes.recv() => Ok(Turn::Wish(wish)),
            Some((session, event)) = inputs.chat_events.recv() => {
                Ok(Turn::Message(Message::Chat { session, event }))
            }
            Some(message) = inputs.messages.recv() => Ok(Turn::Message(message)),
            Ok(()) = inputs.snapshots.changed() => {
                let snapshot = Arc::clone(&inputs.snapshots.borrow_and_update());
                Ok(Turn::Message(Message::Engine(snapshot)))
            }
        }
    }

    /// Takes a key and all that wait behind it: they are drawn once.
    async fn keys(
        &mut self,
        first: Event,
        keys: &mut BoxStream<'static, io::Result<Event>>,
    ) -> io::Result<Step> {
        let mut step = self.input(first);
        for _ in 0..KEYS {
            if step != Step::Go {
                break;
            }
            // Asked in this task, not by `now_or_never`: the stream keeps the first waker that it is asked with, and
            // one that wakes nobody would leave the next key lying until something else happens.
            match futures::poll!(keys.next()) {
                Poll::Ready(Some(event)) => step = self.input(event?),
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        Ok(step)
    }

    fn input(&mut self, event: Event) -> Step {
        let message = match event {
            Event::Key(key) => Message::Key(key),
            Event::Mouse(mouse) => Message::Mouse(mouse),
            Event::Paste(text) => Message::Paste(text),
            Event::Resize(width, height) => Message::Resize(width, height),
            Event::FocusGained => Message::Focus(true),
            Event::FocusLost => Message::Focus(false),
        };
        if let Message::Focus(focused) = message {
            self.limiter.set_focused(focused);
        }
        self.tell(message)
    }

    /// Tells the model, and does what it asks for.
    fn tell(&mut self, message: Message) -> Step {
        let now = (self.now)();
        let is_timer = matches!(message, Message::Timer);
        let mut step = Step::Go;
        for effect in update(&mut self.model, message, now) {
            match self.runner.run(effect, now) {
                Step::Go => {}
                wanted => step = wanted,
            }
        }
        // A timer is a frame that is due already.
        if !is_timer {
            self.limiter.request(Instant::now());
        }
        step
    }

    fn draw(&mut self) -> io::Result<()> {
        // A terminal may be told its size after it has changed: what is drawn is laid out for the one it has.
        let (width, height) = self.screen.size()?;
        if self.model.size != Size::new(width, height) {
            self.tell(Message::Resize(width, height));
        }
        let next = self.screen.draw(&self.model)?;
        let instant = Instant::now();
        self.limiter.drawn(instant);
        let now = (self.now)();
        for at in [next, self.model.alarm()].into_iter().flatten() {
            // Rounded up: a frame that is drawn too early changes nothing and costs one more.
            let wait = at.duration_since(now).as_millis().max(0) + 1;
            let wait = std::time::Duration::from_millis(u64::try_from(wait).unwrap_or(u64::MAX));
            // Far away is never: the clock may be changed until then, and every frame asks again.
            self.limiter
                .request_at(instant + wait.min(std::time::Duration::from_hours(1)));
        }
        Ok(())
    }

    /// Leaves the terminal to whoever wished for it. An interrupt is theirs then; an end is an end.
    async fn lend(&mut self, wish: Wish, signals: &mut BoxStream<'static, Signal>) -> io::Result<Step> {
        self.screen.leave()?;
        let mut ends = signals.filter(|signal| std::future::ready(*signal == Signal::Terminate));
        tokio::select! {
            () = wish.grant() => {}
            Some(_) = ends.next() => return Ok(Step::Quit),
        }
        self.screen.enter()?;
        self.measure()?;
        Ok(Step::Go)
    }

    /// The size may have changed while nobody listened.
    fn measure(&mut self) -> io::Result<()> {
        let (width, height) = self.screen.size()?;
        self.tell(Message::Resize(width, height));
        Ok(())
    }
}

/// The signals that a console must heed.
#[cfg(unix)]
pub fn signals() -> io::Result<BoxStream<'static, Signal>> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw());
    let go_on = SignalKind::from_raw(rustix::process::Signal::CONT.as_raw());
    let mut streams = Vec::new();
    for (kind, meaning) in [
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::hangup(), Signal::Terminate),
        (SignalKind::quit(), Signal::Terminate),
        (SignalKind::interrupt(), Signal::Interrupt),
        (stop, Signal::Stop),
        (go_on, Signal::Continue),
    ] {
        let listener = signal(kind)?;
        streams.push(
            stream::unfold(listener, move |mut listener| async move {
                listener.recv().await.map(|()| (meaning, listener))
            })
            .boxed(),
        );
    }
    Ok(stream::select_all(streams).boxed())
}

/// The signals that a console must heed: none here but Ctrl-C, which is a key.
#[cfg(not(unix))]
pub fn signals() -> io::Result<BoxStream<'static, Signal>> {
    Ok(stream::pending().boxed())
}
