//! Keys: to an action by the table, and to whoever has the keyboard.

use crossterm::event::{KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::app::detail::Tab;
use crate::app::keymap::{Action, Focus};
use crate::app::message::Effect;
use crate::app::model::{Model, Overlay, Pane, Place, Prompt};

use super::{Effects, chat, detail, goto, logs, prompt};

pub(super) fn key(model: &mut Model, key: KeyEvent, effects: &mut Effects) {
    if key.kind == KeyEventKind::Release {
        return;
    }
    model.tree.touch();
    let focus = model.focus();
    match model.setting.keymap.action(focus, key) {
        Some(action) => act(model, focus, action, effects),
        None if focus.types_text() => prompt::text(model, key, effects),
        None => {}
    }
}

fn act(model: &mut Model, focus: Focus, action: Action, effects: &mut Effects) {
    match action {
        Action::Quit => return quit(model, effects),
        Action::Suspend => return effects.push(Effect::Suspend),
        Action::Redraw => return effects.push(Effect::Redraw),
        Action::Refresh => return effects.push(Effect::Refresh),
        Action::Help => {
            model.overlay = Some(Overlay::Help { focus, scroll: 0 });
            return;
        }
        Action::GoTo => return goto::open(model),
        Action::AskCluster => return chat::open_cluster(model, effects),
        Action::Times => {
            model.absolute_times = !model.absolute_times;
            return;
        }
        Action::Zoom => {
            model.zoomed = !model.zoomed;
            return;
        }
        _ => {}
    }
    match focus {
        Focus::Tree => tree(model, action, effects),
        Focus::Detail => detail::act(model, action, effects),
        Focus::Logs => logs::act(model, action, effects),
        Focus::Yaml => detail::act_in_yaml(model, action, effects),
        Focus::Chat => chat::act(model, action, effects),
        Focus::Composer => chat::act_in_composer(model, action, effects),
        Focus::Filter => prompt::act(model, action, effects),
        Focus::Help => help(model, action),
        Focus::Dialog => dialog(model, action, effects),
    }
}

/// An answer that is still coming is asked about first; a second time means it.
fn quit(model: &mut Model, effects: &mut Effects) {
    let answering = model.chats.iter().any(|chat| chat.session.is_answering());
    if answering && model.overlay != Some(Overlay::Leave) {
        model.overlay = Some(Overlay::Leave);
    } else {
        effects.push(Effect::Quit);
    }
}

fn tree(model: &mut Model, action: Action, effects: &mut Effects) {
    let problems = std::sync::Arc::clone(&model.snapshot);
    let problems = &problems.problems;
    if !matches!(action, Action::NextPane | Action::PreviousPane | Action::Filter) {
        // The pane is about the row again.
        goto::end_visit(model);
    }
    match action {
        Action::Up => model.tree.move_by(-1),
        Action::Down => model.tree.move_by(1),
        Action::PageUp => model.tree.page(-1),
        Action::PageDown => model.tree.page(1),
        Action::Top => model.tree.first(),
        Action::Bottom => model.tree.last(),
        Action::Fold => model.tree.toggle(problems, &model.filter),
        Action::Unfold => model.tree.fold(true, problems, &model.filter),
        Action::Close => model.tree.fold(false, problems, &model.filter),
        Action::Enter => enter(model, effects),
        Action::Back => back(model),
        Action::NextPane | Action::PreviousPane => next_pane(model, effects),
        Action::Filter => model.prompt = Some(Prompt::Filter),
        Action::Logs => detail::open_tab(model, Tab::Logs, effects),
        Action::Yaml => detail::open_tab(model, Tab::Yaml, effects),
        Action::Evidence(n) => detail::open_fact(model, u32::from(n), effects),
        Action::Copy => detail::copy_command(model, 1, effects),
        Action::CopyCommand(n) => detail::copy_command(model, u32::from(n), effects),
        _ => {}
    }
}

/// In: to the problem where it is out of sight, else to the conversation about it.
fn enter(model: &mut Model, effects: &mut Effects) {
    let in_sight = model.layout().is_some_and(|layout| layout.is_split());
    match model.place {
        Place::Home if !in_sight && !model.zoomed => {
            model.pane = Pane::Detail;
            detail::open_tab(model, Tab::Overview, effects);
        }
        Place::Home | Place::Chat => chat::open(model, effects),
    }
}

/// Out: each thing that narrows or lies over the view goes first.
fn back(model: &mut Model) {
    if model.place == Place::Chat {
        chat::leave(model);
    } else if model.zoomed {
        model.zoomed = false;
    } else if !model.filter.is_empty() {
        prompt::clear_filter(model);
    } else {
        model.toast = None;
        model.news = None;
    }
}

pub(super) fn next_pane(model: &mut Model, effects: &mut Effects) {
    model.pane = match model.pane {
        Pane::Tree => Pane::Detail,
        Pane::Detail => Pane::Tree,
    };
    if model.place == Place::Home && model.pane == Pane::Detail {
        detail::load(model, effects);
    }
}

fn help(model: &mut Model, action: Action) {
    let Some(Overlay::Help { scroll, .. }) = &mut model.overlay else {
        return;
    };
    let page = usize::from(model.size.height.saturating_sub(6).max(1));
    *scroll = match action {
        Action::Up => scroll.saturating_sub(1),
        Action::Down => *scroll + 1,
        Action::PageUp => scroll.saturating_sub(page),
        Action::PageDown => *scroll + page,
        Action::Top => 0,
        Action::Bottom => usize::MAX,
        Action::Back => {
            model.overlay = None;
            return;
        }
        _ => return,
    };
    let last = crate::views::help::last_scroll(model);
    if let Some(Overlay::Help { scroll, .. }) = &mut model.overlay {
        *scroll = (*scroll).min(last);
    }
}

fn dialog(model: &mut Model, action: Action, effects: &mut Effects) {
    let yes = match action {
        Action::Accept => true,
        Action::Decline => false,
        _ => return,
    };
    match model.overlay.take() {
        Some(Overlay::Consent { session, host }) => chat::consent(model, &session, host, yes, effects),
        Some(Overlay::Leave) if yes => effects.push(Effect::Quit),
        Some(Overlay::Leave | Overlay::Help { .. }) | None => {}
    }
}

/// Clicks select, the wheel scrolls what it is over.
pub(super) fn mouse(model: &mut Model, event: MouseEvent, effects: &mut Effects) {
    let Some(layout) = model.layout().filter(|_| model.overlay.is_none()) else {
        return;
    };
    model.tree.touch();
    let at = Position::new(event.column, event.row);
    let pane = if layout.tree.contains(at) {
        Pane::Tree
    } else if layout.detail.contains(at) {
        Pane::Detail
    } else {
        return;
    };
    let wheel = match event.kind {
        MouseEventKind::ScrollDown => Action::Down,
        MouseEventKind::ScrollUp => Action::Up,
        MouseEventKind::Down(MouseButton::Left) => {
            model.pane = pane;
            if pane == Pane::Tree && layout.tree_rows().contains(at) {
                goto::end_visit(model);
                model.tree.select_line(usize::from(at.y - layout.tree_rows().y));
            }
            return;
        }
        _ => return,
    };
    let focus = model.pane;
    model.pane = pane;
    for _ in 0..3 {
        let focus = model.focus();
        act(model, focus, wheel, effects);
    }
    model.pane = focus;
}
