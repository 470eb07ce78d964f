//! The page of keys, made from the table that dispatches them.

use ratatui::text::{Line, Span};

use crate::app::keymap::{Action, Focus, HelpLine};
use crate::app::model::{Model, Overlay};
use crate::app::theme::Role;

use super::View;
use super::text::width::{pad, width};
use super::text::wrap::Wrap;

/// How far the page can be scrolled.
pub fn last_scroll(model: &Model) -> usize {
    let clock = model.clock();
    let view = View { model, clock: &clock };
    let Some(Overlay::Help { focus, .. }) = &model.overlay else {
        return 0;
    };
    let height = usize::from(super::dialog::page(model.size).height.saturating_sub(2));
    lines(view, *focus).len().saturating_sub(height)
}

/// The keys of where one is first, then those of the other parts.
pub(super) fn lines(view: View<'_>, focus: Focus) -> Vec<Line<'static>> {
    let narrow = view.model.size.width < 60;
    // Without the box and its padding.
    let columns = super::dialog::page(view.model.size).width.saturating_sub(4);
    let others = Focus::ALL
        .iter()
        .copied()
        .filter(|other| *other != focus && !matches!(other, Focus::Help | Focus::Dialog));
    let mut lines = Vec::new();
    let mut told: Vec<HelpLine> = Vec::new();
    for part in std::iter::once(focus).chain(others) {
        // What was told of the first part holds in the others: only what is new there is told.
        let keys: Vec<HelpLine> = view
            .model
            .setting
            .keymap
            .help(part)
            .into_iter()
            .filter(|line| !matches!(line.action, Action::GoTo | Action::AskCluster))
            .filter(|line| !told.contains(line))
            .collect();
        if keys.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(view.span(Role::Heading, part.title())));
        // A narrow page names one key of several.
        let shown = |line: &HelpLine| {
            let first = line.keys.split(' ').next().unwrap_or_default();
            if narrow {
                first.to_owned()
            } else {
                line.keys.clone()
            }
        };
        let column = keys
            .iter()
            .map(|line| width(&shown(line)))
            .max()
            .unwrap_or(0)
            .min(22);
        for key in &keys {
            let first = vec![
                Span::raw(" "),
                view.span(Role::FooterKey, &pad(&shown(key), column)),
                Span::raw("  "),
            ];
            let wrap = Wrap {
                columns: usize::from(columns),
                rest: vec![Span::raw(" ".repeat(column + 3))],
                first,
            };
            lines.extend(wrap.spans(&[view.span(Role::Text, key.text)]));
        }
        told.extend(keys);
    }
    lines
}
