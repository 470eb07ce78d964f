//! The last line: the keys that matter now, or what is being typed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::app::detail::Tab;
use crate::app::keymap::{Action, Focus, Hint};
use crate::app::layout::Layout;
use crate::app::model::{Model, Place, Prompt};
use crate::app::theme::Role;

use super::text::width::width;
use super::{View, overview, write_right};

/// Keys that are shown, apart from the one of help.
const MOST: usize = 5;

/// Draws it; returns where the cursor belongs where something is typed.
pub(super) fn draw(view: View<'_>, layout: &Layout, buffer: &mut Buffer) -> Option<Position> {
    let area = layout.footer;
    if let Some(prompt) = &view.model.prompt {
        return Some(typed(view, prompt, area, buffer));
    }
    if view.model.place == Place::Chat {
        return composer(view, layout, buffer);
    }
    let hints = hints(view.model);
    let line = line(view, &hints, usize::from(area.width).saturating_sub(1));
    buffer.set_line(area.x + 1, area.y, &line, area.width.saturating_sub(1));
    None
}

/// The keys that do something here and now, most needed first.
fn hints(model: &Model) -> Vec<Hint> {
    let focus = model.focus();
    let mut hints = model
        .setting
        .keymap
        .footer_of(focus, |action| is_possible(model, action));
    let help = hints.pop_if(|hint| hint.action == Action::Help);
    let split = model.layout().is_some_and(|layout| layout.is_split());
    let opens = match focus {
        Focus::Tree => model.place == Place::Home && !split,
        _ => model.detail.tab == Tab::Evidence,
    };
    for hint in &mut hints {
        if hint.action == Action::Enter {
            hint.label = if opens { "open" } else { "talk about it" };
        }
    }
    if matches!(focus, Focus::Detail | Focus::Logs | Focus::Yaml) {
        hints.truncate(MOST - 1);
        hints.push(Hint {
            key: "esc".to_owned(),
            label: "back",
            action: Action::Back,
        });
    }
    // Help is always the last one: nothing has to be remembered to begin.
    hints.extend(help);
    hints
}

fn is_possible(model: &Model, action: Action) -> bool {
    let problem = model.selected_problem();
    match action {
        Action::Enter if model.visit.is_some() => true,
        Action::Logs | Action::Evidence(_) | Action::Copy if model.visit.is_some() => false,
        Action::Enter | Action::Logs | Action::Yaml => problem.is_some(),
        Action::Copy
            if model.place == Place::Home && matches!(model.focus(), Focus::Tree | Focus::Detail) =>
        {
            problem.is_some_and(|problem| overview::commands(model, problem).next().is_some())
        }
        Action::Copy => model
            .current_chat()
            .is_some_and(|chat| !chat.session.commands().is_empty()),
        Action::CopyCommand(_) => model
            .current_chat()
            .is_some_and(|chat| !chat.session.commands().is_empty()),
        Action::NextMatch if model.focus() == Focus::Yaml => !model.detail.yaml.search.is_empty(),
        Action::Evidence(_) => problem.is_some_and(|problem| !problem.evidence.is_empty()),
        Action::Refresh => model.lost_since().is_some(),
        Action::Filter => !model.snapshot.problems.is_empty(),
        _ => true,
    }
}

/// As many of the keys as fit; the last one, help, stays.
fn line(view: View<'_>, hints: &[Hint], room: usize) -> Line<'static> {
    let mut shown: Vec<&Hint> = hints.iter().collect();
    let columns = |hints: &[&Hint]| -> usize {
        hints
            .iter()
            .map(|hint| width(&hint.key) + 1 + width(hint.label) + 3)
            .sum::<usize>()
            .saturating_sub(3)
    };
    while columns(&shown) > room && shown.len() > 1 {
        shown.remove(shown.len() - 2);
    }
    let mut spans: Vec<Span<'static>> = Vec::new();
    for hint in shown {
        if !spans.is_empty() {
            spans.push(Span::raw("   "));
        }
        spans.push(view.span(Role::FooterKey, &hint.key));
        spans.push(view.span(Role::Footer, &format!(" {}", hint.label)));
    }
    Line::from(spans)
}

fn typed(view: View<'_>, prompt: &Prompt, area: Rect, buffer: &mut Buffer) -> Position {
    let (sign, text, note) = match prompt {
        Prompt::Filter => {
            let shown = view.model.tree.shown();
            let all = view.model.snapshot.problems.len();
            (
                "/",
                view.model.filter.text(),
                format!("{shown} of {all}   ⏎ keep   esc clear"),
            )
        }
        Prompt::Search(text) => ("/", text.as_str(), "n next   ⏎ keep   esc end".to_owned()),
        Prompt::GoTo(goto) => (":", goto.text(), "⏎ go   tab complete   esc leave".to_owned()),
    };
    let line = Line::from(vec![
        Span::raw(" "),
        view.span(Role::Accent, sign),
        Span::raw(" "),
        view.span(Role::Text, text),
    ]);
    buffer.set_line(area.x, area.y, &line, area.width);
    let used = u16::try_from(line.width()).unwrap_or(area.width);
    let note = Line::from(view.span(Role::Footer, &note));
    if usize::from(used) + 2 + note.width() < usize::from(area.width) {
        let inner = Rect {
            width: area.width.saturating_sub(1),
            ..area
        };
        write_right(&note, inner, buffer);
    }
    Position::new((area.x + used).min(area.right().saturating_sub(1)), area.y)
}

/// The line one types into, and at its right the keys, where there is room for both.
fn composer(view: View<'_>, layout: &Layout, buffer: &mut Buffer) -> Option<Position> {
    let area = layout.footer;
    let chat = view.model.current_chat()?;
    let focused = view.model.focus() == Focus::Composer;
    let hints: Vec<Hint> = composer_hints(view.model);
    let keys = line(view, &hints, usize::from(area.width) / 2);
    let keys_width = u16::try_from(keys.width()).unwrap_or(0);
    let beside = area.width >= 72;
    let text = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(if beside { keys_width + 4 } else { 2 }),
        ..area
    };
    let mut composer = chat.composer.borrow_mut();
    if !beside && !focused && composer.is_empty() {
        buffer.set_line(area.x + 1, area.y, &keys, area.width.saturating_sub(1));
        return None;
    }
    composer.draw(text, buffer, &view.model.setting.theme, focused);
    if beside {
        let inner = Rect {
            width: area.width.saturating_sub(1),
            height: 1,
            ..area
        };
        write_right(&keys, inner, buffer);
    }
    focused.then(|| composer.cursor(text))
}

fn composer_hints(model: &Model) -> Vec<Hint> {
    let mut hints = hints(model);
    let answering = model
        .current_chat()
        .is_some_and(|chat| chat.session.is_answering());
    for hint in &mut hints {
        if hint.action == Action::Back {
            hint.label = if answering { "stop" } else { "leave" };
        }
    }
    if model.focus() == Focus::Composer {
        // What one types is sent with Enter everywhere: the place is better used.
        hints.retain(|hint| !matches!(hint.action, Action::Submit | Action::NewLine));
        hints.push(Hint {
            key: "tab".to_owned(),
            label: "read",
            action: Action::Complete,
        });
    }
    hints
}
