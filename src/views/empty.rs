//! No problems: nothing fails, nothing was found yet, or nothing can be seen. Never the one for the other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::layout::Layout;
use crate::app::theme::Role;
use crate::engine::coverage::Status;
use crate::engine::snapshot::Connection;

use super::View;
use super::number::{count, grouped};
use super::text::wrap::{PROSE, Wrap};

/// The part of the screen between header and footer.
pub(super) fn area(layout: &Layout) -> Rect {
    let top = layout.upper_rule.bottom().max(layout.header.bottom());
    let bottom = if layout.lower_rule.is_empty() {
        layout.footer.y
    } else {
        layout.lower_rule.y
    };
    Rect {
        x: layout.header.x,
        y: top,
        width: layout.header.width,
        height: bottom.saturating_sub(top),
    }
}

pub(super) fn draw(view: View<'_>, area: Rect, buffer: &mut Buffer) {
    let lines = lines(view);
    let columns = usize::from(area.width.saturating_sub(4).min(PROSE));
    let wrap = Wrap::at(columns);
    let wrapped: Vec<Line<'static>> = lines
        .into_iter()
        .flat_map(|line| {
            if line.spans.is_empty() {
                vec![line]
            } else {
                wrap.spans(&line.spans)
            }
        })
        .collect();
    let height = u16::try_from(wrapped.len()).unwrap_or(u16::MAX);
    let top = area.y + area.height.saturating_sub(height) / 3;
    for (line, y) in wrapped.into_iter().zip(top..area.bottom()) {
        let width = u16::try_from(line.width()).unwrap_or(area.width).min(area.width);
        let x = area.x + (area.width - width) / 2;
        buffer.set_line(x, y, &line, width);
    }
}

fn lines(view: View<'_>) -> Vec<Line<'static>> {
    let snapshot = &view.model.snapshot;
    let text = |role, text: &str| Line::from(view.span(role, text));
    match &snapshot.cluster.connection {
        Connection::Connecting => {
            let context = &snapshot.cluster.context;
            let to = if context.is_empty() {
                "the cluster".to_owned()
            } else {
                context.to_string()
            };
            vec![text(Role::Text, &format!("Connecting to {to} …"))]
        }
        Connection::Lost { why, .. } if snapshot.objects == 0 => vec![
            text(Role::Bold, "The cluster cannot be reached."),
            Line::default(),
            text(Role::Error, why),
        ],
        Connection::Reading { read, expected } => {
            let of = expected.map_or(String::new(), |expected| format!(" of {}", grouped(expected)));
            vec![
                text(Role::Bold, "No problem found so far."),
                Line::default(),
                text(
                    Role::Dim,
                    &format!(
                        "{}{of} objects read; problems appear as they are found.",
                        grouped(*read)
                    ),
                ),
            ]
        }
        Connection::Live | Connection::Files { .. } | Connection::Lost { .. } => well(view),
    }
}

fn well(view: View<'_>) -> Vec<Line<'static>> {
    let snapshot = &view.model.snapshot;
    let clock = view.clock;
    let watched = format!(
        "{} of {}, watched since {} ({}).",
        count(snapshot.objects, "object", "objects"),
        count(u64::from(snapshot.kinds), "kind", "kinds"),
        clock.time(snapshot.since),
        clock.seconds_since(snapshot.since),
    );
    let mut second = Vec::new();
    if snapshot.healed > 0 {
        second.push(view.span(Role::Dim, &format!("Healed since then: {}.", snapshot.healed)));
    }
    let unseen: Vec<String> = snapshot
        .coverage
        .gaps()
        .map(|gap| {
            let kind = super::header::plural(&gap.kind);
            match gap.status {
                Status::Forbidden => format!("{kind} (403)"),
                Status::Off => format!("{} (off)", gap.kind),
                Status::Ok | Status::Reading | Status::Absent | Status::Error => {
                    format!("{kind} ({})", gap.detail)
                }
            }
        })
        .collect();
    if !unseen.is_empty() {
        if !second.is_empty() {
            second.push(Span::raw("   "));
        }
        second.push(view.span(
            Role::Warning,
            &format!("Could not look at: {}.", unseen.join(", ")),
        ));
    }
    let title = if unseen.is_empty() {
        "Nothing is failing."
    } else {
        "Nothing is failing in what can be seen."
    };
    vec![
        Line::from(view.span(Role::Bold, title)),
        Line::default(),
        Line::from(view.span(Role::Dim, &watched)),
        Line::from(second),
        Line::default(),
        Line::from(vec![
            view.span(Role::FooterKey, ":"),
            view.span(Role::Footer, " any object   "),
            view.span(Role::FooterKey, "c"),
            view.span(Role::Footer, " ask about the cluster   "),
            view.span(Role::FooterKey, "?"),
            view.span(Role::Footer, " keys   "),
            view.span(Role::FooterKey, "q"),
            view.span(Role::Footer, " leave"),
        ]),
    ]
}
