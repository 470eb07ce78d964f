//! Conversations.

use crate::app::chat::Chat;
use crate::app::keymap::Action;
use crate::app::message::Effect;
use crate::app::model::{Model, Overlay, Pane, Place, session_id, session_ids};
use crate::chat::session::{self, Session};
use crate::chat::transcript::{Cited, Loaded};
use crate::engine::evidence::Numbered;
use crate::engine::evidence::dossier::Subject;
use crate::engine::object::Text;
use crate::engine::problem::Problem;
use crate::views;

use super::engine::of_session;
use super::{Effects, detail, keys, toast};

/// Opens the conversation about the cluster as a whole, or goes on with it.
pub(super) fn open_cluster(model: &mut Model, effects: &mut Effects) {
    open_about(model, Subject::Cluster, "the cluster".into(), effects);
}

/// Opens a conversation that is about no problem, one a run, or goes on with it.
fn open_about(model: &mut Model, subject: Subject, title: Text, effects: &mut Effects) {
    model.go(Place::Chat, Pane::Detail);
    let run = model.snapshot.since.to_string();
    let cluster = model.snapshot.cluster.id.clone();
    let id = crate::engine::id::short_hash(&[&cluster, "about", &title, &run]);
    let about = About {
        problem: "".into(),
        title,
        subject,
        earlier: Vec::new(),
    };
    begin(model, id, about, effects);
}

/// Opens the conversation about what the pane is about, or goes on with it.
pub(super) fn open(model: &mut Model, effects: &mut Effects) {
    if let Some(object) = model.visit.clone() {
        let title = object.path().into();
        return open_about(model, Subject::Object(object), title, effects);
    }
    let Some(problem) = model.selected_problem().cloned() else {
        return;
    };
    model.go(Place::Chat, Pane::Detail);
    let id = match model.chat_about(&problem) {
        Some(id) => id,
        None => session_id(&model.snapshot, &problem),
    };
    let about = About {
        problem: problem.id.clone(),
        title: problem.title.clone(),
        subject: Subject::Problem(problem.id.clone()),
        earlier: session_ids(&model.snapshot, &problem),
    };
    begin(model, id, about, effects);
}

/// What a conversation is about.
struct About {
    /// The problem's id; empty where it is about none.
    problem: Text,
    title: Text,
    subject: Subject,
    /// The ids that it may have had in earlier runs.
    earlier: Vec<Text>,
}

/// Shows the conversation of that id; gathers what is known where it is new or could not be opened.
fn begin(model: &mut Model, id: Text, about: About, effects: &mut Effects) {
    let now = model.now;
    if let Some(index) = index_of(model, &id) {
        model.chat = index;
        let failed = model.current_chat_mut().is_some_and(|chat| {
            let failed = chat.failed.take().is_some();
            if failed {
                chat.gathering = Some(now);
            }
            failed
        });
        if !failed {
            return;
        }
    } else {
        let cluster = model.snapshot.cluster.id.clone();
        let session = Session::new(
            id.clone(),
            about.problem,
            cluster,
            model.setting.speaker.clone(),
            now,
        );
        model.chat = model.chats.len();
        model.chats.push(Chat::new(session, about.title, now));
    }
    effects.push(Effect::OpenChat {
        session: id,
        subject: about.subject,
        earlier: about.earlier,
    });
}

/// Back home; the conversation goes on.
pub(super) fn leave(model: &mut Model) {
    model.go(Place::Home, Pane::Tree);
}

fn index_of(model: &Model, session: &str) -> Option<usize> {
    model
        .chats
        .iter()
        .position(|chat| **chat.session.id() == *session)
}

/// A conversation of an earlier run goes on where it ended.
pub(super) fn resumed(model: &mut Model, session: &str, loaded: Loaded, effects: &mut Effects) {
    let speaker = model.setting.speaker.clone();
    let Some(chat) = index_of(model, session).and_then(|index| model.chats.get_mut(index)) else {
        return;
    };
    let unanswered = !loaded
        .entries
        .iter()
        .any(|entry| entry.role == session::Role::Answer);
    chat.gathering = None;
    chat.session = Session::resume(loaded, speaker);
    if unanswered {
        let id = chat.session.id().clone();
        event(model, &id, session::Event::AskAgain, effects);
    }
}

/// Something for a session.
pub(super) fn event(model: &mut Model, session: &Text, event: session::Event, effects: &mut Effects) {
    let now = model.now;
    let Some(index) = index_of(model, session) else {
        return;
    };
    let Some(chat) = model.chats.get_mut(index) else {
        return;
    };
    if matches!(event, session::Event::Open { .. }) {
        chat.gathering = None;
    }
    let mut wanted = chat.session.handle(event, now);
    let asks = wanted
        .iter()
        .position(|effect| matches!(effect, session::Effect::AskConsent { .. }));
    if let Some(at) = asks
        && let session::Effect::AskConsent { host } = wanted.remove(at)
    {
        model.overlay = Some(Overlay::Consent {
            session: session.clone(),
            host,
        });
    }
    // What was said about a host in one conversation holds for all of this run.
    for effect in &wanted {
        if let session::Effect::RememberConsent { host: asked } = effect
            && let session::Speaker::Model { host, allowed, .. } = &mut model.setting.speaker
            && *host == *asked
        {
            *allowed = true;
        }
    }
    effects.extend(of_session(session, wanted));
}

/// The person said whether text may go to a host.
pub(super) fn consent(model: &mut Model, session: &Text, host: Text, yes: bool, effects: &mut Effects) {
    event(model, session, session::Event::Consent { host, yes }, effects);
}

pub(super) fn failed(model: &mut Model, session: &str, why: Text) {
    if let Some(chat) = index_of(model, session).and_then(|index| model.chats.get_mut(index)) {
        chat.gathering = None;
        chat.failed = Some(why);
    }
}

/// Keys while it is read.
pub(super) fn act(model: &mut Model, action: Action, effects: &mut Effects) {
    match action {
        Action::Up => scroll(model, -1),
        Action::Down => scroll(model, 1),
        Action::PageUp => scroll_page(model, -1),
        Action::PageDown => scroll_page(model, 1),
        Action::Top => scroll(model, isize::MIN / 2),
        Action::Bottom => scroll(model, isize::MAX / 2),
        Action::Compose => compose(model, true),
        Action::Fold => fold_seed(model),
        Action::Copy => copy(model, None, effects),
        Action::CopyCommand(n) => copy(model, Some(u32::from(n)), effects),
        Action::Evidence(n) => open_evidence(model, u32::from(n), effects),
        Action::NextPane | Action::PreviousPane => keys::next_pane(model, effects),
        Action::Back if cancel(model, effects) => {}
        Action::Back => leave(model),
        _ => {}
    }
}

/// Keys while one types.
pub(super) fn act_in_composer(model: &mut Model, action: Action, effects: &mut Effects) {
    match action {
        Action::Submit => submit(model, effects),
        Action::NewLine => {
            if let Some(chat) = model.current_chat_mut() {
                chat.composer.get_mut().new_line();
            }
        }
        Action::CopyCommand(n) => copy(model, Some(u32::from(n)), effects),
        Action::PageUp => scroll_page(model, -1),
        Action::PageDown => scroll_page(model, 1),
        Action::Complete => complete(model),
        // Stops what runs; else leaves what is typed; else leaves the conversation.
        Action::Back => {
            if cancel(model, effects) {
                return;
            }
            let typed = model
                .current_chat()
                .is_some_and(|chat| !chat.composer.borrow().is_empty());
            if typed {
                compose(model, false);
            } else {
                leave(model);
            }
        }
        _ => {}
    }
}

fn compose(model: &mut Model, composing: bool) {
    if let Some(chat) = model.current_chat_mut() {
        chat.composing = composing;
    }
}

/// Completes a command; with nothing typed, goes out of the line to read.
fn complete(model: &mut Model) {
    let Some(chat) = model.current_chat_mut() else {
        return;
    };
    let composer = chat.composer.get_mut();
    let typed = composer.text();
    if typed.is_empty() {
        chat.composing = false;
        return;
    }
    let command = Command::ALL.iter().find(|(name, _)| name.starts_with(&typed));
    if let Some((name, _)) = command.filter(|_| typed.starts_with('/')) {
        composer.set_text(name);
    }
}

/// Stops a running or awaited answer; whether there was one.
fn cancel(model: &mut Model, effects: &mut Effects) -> bool {
    let Some(chat) = model.current_chat() else {
        return false;
    };
    let running = chat.session.is_answering();
    if running {
        let id = chat.session.id().clone();
        event(model, &id, session::Event::Cancel, effects);
    }
    running
}

/// What can be typed after a slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Sent,
    Again,
    Copy,
}

impl Command {
    const ALL: [(&'static str, Self); 3] = [
        ("/sent", Self::Sent),
        ("/again", Self::Again),
        ("/copy", Self::Copy),
    ];
}

fn submit(model: &mut Model, effects: &mut Effects) {
    let Some(chat) = model.current_chat_mut() else {
        return;
    };
    if chat.gathering.is_some() || chat.failed.is_some() {
        return toast(model, "the conversation is not open yet", true);
    }
    let Some(text) = chat.composer.get_mut().submit() else {
        return;
    };
    chat.scroll = views::chat::Scroll::default();
    let id = chat.session.id().clone();
    let mut words = text.split_whitespace();
    let Some(first) = words.next().filter(|first| first.starts_with('/')) else {
        return event(model, &id, session::Event::Ask(text), effects);
    };
    match Command::ALL.iter().find(|(name, _)| *name == first) {
        Some((_, Command::Sent)) => show_sent(model),
        Some((_, Command::Again)) => event(model, &id, session::Event::AskAgain, effects),
        Some((_, Command::Copy)) => copy(model, words.next().and_then(|n| n.parse().ok()), effects),
        None => {
            let known = Command::ALL.map(|(name, _)| name).join(", ");
            toast(model, format!("{first} is unknown; there are {known}"), true);
        }
    }
}

/// Shows what left: the seed, word for word.
fn show_sent(model: &mut Model) {
    if let Some(chat) = model.current_chat_mut() {
        chat.seed_open = true;
        chat.composing = false;
        chat.scroll = views::chat::Scroll {
            follow: false,
            top: (0, 0),
        };
    }
}

fn fold_seed(model: &mut Model) {
    if let Some(chat) = model.current_chat_mut() {
        chat.seed_open = !chat.seed_open;
    }
}

/// Copies a command of the conversation; the newest one where none is named.
fn copy(model: &mut Model, n: Option<u32>, effects: &mut Effects) {
    let Some(chat) = model.current_chat() else {
        return;
    };
    let commands = chat.session.commands();
    let newest = commands.last().map(|command| command.entry);
    let found = match n {
        Some(n) => commands.iter().find(|command| command.n == n),
        // Of the newest answer the first: that is the one that mends.
        None => commands.iter().find(|command| Some(command.entry) == newest),
    };
    match (found.map(|command| command.command.clone()), n) {
        (Some(command), _) => effects.push(Effect::Copy(command)),
        (None, Some(n)) => toast(model, format!("there is no command {n}"), true),
        (None, None) => toast(model, "there is no command yet", true),
    }
}

/// Opens a fact that the conversation names, where it still is.
fn open_evidence(model: &mut Model, n: u32, effects: &mut Effects) {
    let Some(chat) = model.current_chat() else {
        return;
    };
    let problem = chat.session.problem_id().clone();
    let kept = chat.session.evidence().iter().find(|fact| fact.n == n);
    let now = model
        .snapshot
        .problem(&problem)
        .and_then(|problem| number_now(problem, n, kept));
    let Some(n) = now else {
        let line = kept.map_or_else(
            || format!("there is no evidence {n}"),
            |fact| format!("[{n}] was: {}", fact.text),
        );
        return toast(model, line, false);
    };
    if !model.tree.select(&problem) {
        super::prompt::clear_filter(model);
        model.tree.select(&problem);
    }
    leave(model);
    detail::follow_selection(model, effects);
    detail::open_fact(model, n, effects);
    model.detail.back = Some(crate::app::detail::Tab::Chat);
}

/// The number that a fact of the conversation has now: in another run it may have got another one. What came after
/// the conversation was opened has the number that the problem gives.
fn number_now(problem: &Problem, n: u32, kept: Option<&Cited>) -> Option<u32> {
    let Some(kept) = kept else {
        return problem.fact(n).map(|fact| fact.n);
    };
    let kept = Numbered::from(kept.clone()).evidence;
    let same = |fact: &&Numbered| fact.evidence.identity() == kept.identity();
    // What the redactor masked in the conversation's copy reads otherwise, and is where it was.
    let alike = |fact: &&Numbered| {
        fact.n == n
            && fact.evidence.object == kept.object
            && fact.evidence.source.kind() == kept.source.kind()
    };
    let facts = || problem.evidence.iter();
    facts()
        .find(same)
        .or_else(|| facts().find(alike))
        .map(|fact| fact.n)
}

/// Takes a line into the next question about the selected problem.
pub(super) fn attach(model: &mut Model, source: &str, line: &str, effects: &mut Effects) {
    open(model, effects);
    if let Some(chat) = model.current_chat_mut() {
        chat.composing = true;
        let composer = chat.composer.get_mut();
        let typed = composer.text();
        composer.set_text(&format!("{typed}{source}: `{line}`\n"));
        composer.new_line();
    }
}

fn scroll_page(model: &mut Model, pages: isize) {
    let rows = model.layout().map_or(1, |layout| layout.detail.height.max(2) - 1);
    scroll(model, pages * isize::try_from(rows).unwrap_or(1));
}

fn scroll(model: &mut Model, lines: isize) {
    let Some(area) = model
        .layout()
        .map(|layout| views::conversation::text_area(&layout))
    else {
        return;
    };
    let clock = model.clock();
    let Some(chat) = model.current_chat() else {
        return;
    };
    let scroll = views::conversation::with_scene(model, chat, &clock, |scene| {
        chat.view.borrow_mut().scrolled(scene, chat.scroll, lines, area)
    });
    if let Some(chat) = model.current_chat_mut() {
        chat.scroll = scroll;
    }
}
