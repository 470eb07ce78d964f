//! The only place where the model changes. No I/O, no waiting: what is to be done is returned.

mod chat;
mod detail;
mod engine;
mod goto;
mod keys;
mod logs;
mod prompt;

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Size;

use crate::engine::object::Text;

use super::clipboard::Route;
use super::message::{Effect, Message};
use super::model::{Model, Toast};

/// How long a toast stays.
const TOAST: SignedDuration = SignedDuration::from_secs(4);

/// What is to be done.
pub type Effects = Vec<Effect>;

/// Takes what happened.
pub fn update(model: &mut Model, message: Message, now: Timestamp) -> Effects {
    model.now = now;
    let mut effects = Effects::new();
    match message {
        Message::Key(key) => keys::key(model, key, &mut effects),
        Message::Mouse(event) => keys::mouse(model, event, &mut effects),
        Message::Paste(text) => prompt::paste(model, &text, &mut effects),
        Message::Resize(width, height) => model.size = Size::new(width, height),
        Message::Engine(snapshot) => engine::snapshot(model, snapshot, &mut effects),
        Message::Yaml { request, result } => detail::yaml(model, request, result),
        Message::Events { request, lines } => detail::events(model, request, lines),
        Message::Placement { request, placed } => detail::placement(model, request, placed),
        Message::Names { request, objects } => goto::names(model, request, objects),
        Message::Log { request, what } => logs::log(model, request, what),
        Message::ChatFailed { session, why } => chat::failed(model, &session, why),
        Message::ChatResumed { session, loaded } => chat::resumed(model, &session, *loaded, &mut effects),
        Message::Chat { session, event } => chat::event(model, &session, event, &mut effects),
        Message::Copied { text, result } => copied(model, &text, result),
        Message::Timer => timer(model, &mut effects),
        Message::Failed(line) => toast(model, line.to_string(), true),
        Message::Terminate => effects.push(Effect::Quit),
        // The terminal's pace is the loop's affair; what was on the screen is drawn anew either way.
        Message::Focus(_) => {}
        Message::Continued => effects.push(Effect::Redraw),
    }
    // Whatever moved the cursor: the pane beside the tree is about what is under it.
    detail::follow_selection(model, &mut effects);
    lay_out(model);
    effects
}

/// Tells the parts of the model how much room they have.
fn lay_out(model: &mut Model) {
    model.measure_tree();
    let Some(layout) = model.layout() else { return };
    let text = layout.detail_text();
    if !text.is_empty() {
        logs::resize(model, text);
        detail::keep_visible(model);
    }
}

fn timer(model: &mut Model, effects: &mut Effects) {
    let now = model.now;
    model.toast.take_if(|toast| toast.until <= now);
    model.news.take_if(|news| news.until <= now);
    if let Some(logs) = &mut model.detail.logs {
        logs.open(now);
    }
    let settles_at = &mut model.detail.settles_at;
    if settles_at.take_if(|at| detail::has_settled(*at, now)).is_some() {
        detail::load(model, effects);
    }
}

fn copied(model: &mut Model, text: &str, result: Result<Route, Text>) {
    match result {
        Ok(Route::System) => toast(model, format!("copied  {text}"), false),
        Ok(Route::Terminal) => toast(model, format!("sent to the terminal's clipboard  {text}"), false),
        Err(why) => toast(model, format!("not copied: {why}"), true),
    }
}

fn toast(model: &mut Model, text: impl Into<String>, error: bool) {
    let until = model.now.saturating_add(TOAST).unwrap_or(Timestamp::MAX);
    model.toast = Some(Toast {
        text: text.into(),
        error,
        until,
    });
}
