//! The first line: where, whether it is live, how bad, and what cannot be seen.

use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};

use crate::app::layout::Layout;
use crate::app::model::{Pane, Place};
use crate::app::theme::Role;
use crate::engine::coverage::Status;
use crate::engine::finding::Severity;
use crate::engine::object::Kind;
use crate::engine::snapshot::{ClusterInfo, Connection};

use super::chat::speaker_label;
use super::number::{count, grouped};
use super::text::width::{truncate, width};
use super::{View, write_right};

/// Columns between two parts.
const GAP: usize = 3;

/// Columns below which a title beside the context tells nothing.
const SHORTEST_TITLE: usize = 20;

/// A part of the line, from its fullest form to its shortest.
struct Part {
    forms: Vec<Vec<Span<'static>>>,
    form: usize,
    /// How easily it is spared: the highest gives way first.
    spare: u8,
}

impl Part {
    fn new(spare: u8, forms: Vec<Vec<Span<'static>>>) -> Self {
        Self {
            forms,
            form: 0,
            spare,
        }
    }

    fn spans(&self) -> &[Span<'static>] {
        self.forms.get(self.form).map_or(&[], Vec::as_slice)
    }

    fn width(&self) -> usize {
        self.spans().iter().map(Span::width).sum()
    }

    /// Its columns with the gap before it.
    fn columns(&self) -> usize {
        match self.width() {
            0 => 0,
            width => width + GAP,
        }
    }

    const fn can_shorten(&self) -> bool {
        self.form + 1 < self.forms.len()
    }
}

pub(super) fn draw(view: View<'_>, layout: &Layout, buffer: &mut Buffer) {
    let area = layout.header;
    let room = usize::from(area.width).saturating_sub(2);
    let mut parts = parts(view);
    // What is well gives way first, then words; the connection and the counts stay to the last.
    let least = least_place(view).min(room / 2);
    while parts.iter().map(Part::columns).sum::<usize>() + least > room {
        let shorter = parts
            .iter_mut()
            .filter(|part| part.can_shorten())
            .max_by_key(|part| part.spare);
        let Some(part) = shorter else { break };
        part.form += 1;
    }
    let mut right: Vec<Span<'static>> = Vec::new();
    for part in parts.iter().filter(|part| part.width() > 0) {
        right.push(Span::raw(" ".repeat(GAP)));
        right.extend(part.spans().iter().cloned());
    }
    let right = Line::from(right);
    let left_room = room.saturating_sub(right.width());
    let left = place(view, left_room);
    buffer.set_line(area.x + 1, area.y, &left, u16::try_from(left_room).unwrap_or(0));
    let inner = ratatui::layout::Rect {
        width: area.width.saturating_sub(1),
        ..area
    };
    write_right(&right, inner, buffer);
}

/// Context, then where one is, or the news.
fn place(view: View<'_>, room: usize) -> Line<'static> {
    let model = view.model;
    let context = context(&model.snapshot.cluster);
    let mut spans = vec![view.span(Role::Header, context)];
    let all = room;
    let room = room.saturating_sub(spans.iter().map(Span::width).sum::<usize>());
    if let Some(news) = &model.news {
        view.clock.ends_at(news.until);
        let more = if news.others > 0 {
            format!(" and {} more", news.others)
        } else {
            String::new()
        };
        let line = format!("new ✖ {}{more}", news.title);
        spans.push(Span::raw("  "));
        spans.push(view.span(Role::Critical, &truncate(&line, room.saturating_sub(2))));
        return Line::from(spans);
    }
    let inside = match (model.place, model.pane) {
        (Place::Chat, _) => model.current_chat().map(|chat| chat.title.clone()),
        (Place::Home, Pane::Detail) if !model.layout().is_some_and(|layout| layout.is_split()) => {
            let visit = model.visit.as_ref().map(|object| object.path().into());
            visit.or_else(|| model.selected_problem().map(|problem| problem.title.clone()))
        }
        (Place::Home, Pane::Tree | Pane::Detail) => None,
    };
    if let Some(title) = inside {
        // Where little room is left, where one is says more than the context.
        let (mut spans, room) = if room < SHORTEST_TITLE {
            (Vec::new(), all)
        } else {
            (spans, room)
        };
        spans.push(view.span(Role::Dim, if spans.is_empty() { "› " } else { " › " }));
        spans.push(view.span(Role::Text, &truncate(&title, room.saturating_sub(3))));
        return Line::from(spans);
    }
    let (short, full) = scope(view);
    if let Some(scope) = [full, short].iter().find(|scope| width(scope) + 2 <= room) {
        spans.push(Span::raw("  "));
        spans.push(view.span(Role::Dim, scope));
    }
    Line::from(spans)
}

/// What is looked at: the context, or what the files are called.
fn context(cluster: &ClusterInfo) -> &str {
    match &cluster.connection {
        Connection::Files { name, .. } => name,
        _ if cluster.context.is_empty() => "files",
        _ => &cluster.context,
    }
}

/// Columns that the place takes from the other parts.
fn least_place(view: View<'_>) -> usize {
    let model = view.model;
    let context = width(context(&model.snapshot.cluster)) + 2;
    if let Some(news) = &model.news {
        context + 6 + width(&news.title)
    } else if model.lost_since().is_some() {
        context
    } else {
        context + width(&scope(view).0)
    }
}

/// `shop, payments`, and with its share: `shop, payments (2 of 41 ns)`.
fn scope(view: View<'_>) -> (String, String) {
    let snapshot = &view.model.snapshot;
    let known = snapshot
        .coverage
        .entries
        .iter()
        .find(|entry| *entry.kind == *"Namespace" && entry.status == Status::Ok)
        .map(|entry| entry.objects);
    let named = &snapshot.cluster.namespaces;
    if named.is_empty() {
        let all = "all namespaces".to_owned();
        let full = known.map_or_else(|| all.clone(), |known| format!("{all} ({})", grouped(known)));
        return (all, full);
    }
    let names: Vec<&str> = named.iter().map(|name| &**name).collect();
    let short = names.join(", ");
    let full = match known.filter(|known| *known >= names.len() as u64) {
        Some(known) => format!("{short} ({} of {} ns)", names.len(), grouped(known)),
        None => short.clone(),
    };
    (short, full)
}

/// The parts at the right, in their order.
fn parts(view: View<'_>) -> Vec<Part> {
    let model = view.model;
    let mut parts = vec![connection(view), counts(view)];
    if model.place == Place::Chat {
        if let Some(chat) = model.current_chat() {
            let label = speaker_label(chat.session.speaker());
            let short = label.split(" · ").next().unwrap_or_default().to_owned();
            parts.push(Part::new(
                2,
                vec![
                    vec![view.span(Role::Dim, &label)],
                    vec![view.span(Role::Dim, &short)],
                    vec![],
                ],
            ));
        }
        return parts;
    }
    let healthy = grouped(model.snapshot.healthy);
    let live = model.snapshot.cluster.connection != Connection::Connecting;
    if live {
        let healthy = vec![view.span(Role::Dim, &format!("{healthy} healthy"))];
        parts.push(Part::new(4, vec![healthy, vec![]]));
    }
    parts.push(gaps(view));
    parts
}

fn counts(view: View<'_>) -> Part {
    let mut spans = Vec::new();
    for (severity, role) in [
        (Severity::Critical, Role::Critical),
        (Severity::Warning, Role::Warning),
    ] {
        let n = view.model.count(severity);
        let role = if n > 0 { role } else { Role::Dim };
        if !spans.is_empty() {
            spans.push(Span::raw("  "));
        }
        spans.push(view.span(role, &format!("{} {n}", severity.sign())));
    }
    Part::new(0, vec![spans])
}

fn connection(view: View<'_>) -> Part {
    let snapshot = &view.model.snapshot;
    let dim = |text: &str| vec![view.span(Role::Dim, text)];
    match &snapshot.cluster.connection {
        Connection::Connecting => Part::new(1, vec![dim("◌ connecting"), dim("◌")]),
        Connection::Reading { read, expected } => {
            let mut reading = snapshot
                .coverage
                .entries
                .iter()
                .filter(|entry| entry.status == Status::Reading);
            // One kind that is left is named; of several only the sum is known.
            let kind = match (reading.next(), reading.next()) {
                (Some(entry), None) => {
                    Kind::from_name(&entry.kind).map_or(String::new(), |kind| format!("{} ", kind.plural()))
                }
                _ => String::new(),
            };
            let of = expected.map_or(String::new(), |expected| format!(" of {}", grouped(expected)));
            let read = grouped(*read);
            Part::new(
                1,
                vec![
                    dim(&format!("◔ reading {kind}{read}{of}")),
                    dim(&format!("◔ {read}{of}")),
                ],
            )
        }
        Connection::Live => Part::new(
            1,
            vec![vec![view.span(Role::Healed, "●"), view.span(Role::Text, " live")]],
        ),
        Connection::Files { at, .. } => {
            let at = view.clock.moment(*at);
            let time = at.split(' ').next_back().unwrap_or_default();
            Part::new(1, vec![dim(&format!("○ as of {at}")), dim(&format!("○ {time}"))])
        }
        Connection::Lost { since, retry_at, .. } => {
            let ago = view.clock.seconds_since(*since);
            let retry = retry_at.and_then(|at| view.clock.seconds_until(at));
            let next = retry.map_or("retrying".to_owned(), |left| format!("retrying in {left}"));
            Part::new(
                1,
                vec![
                    vec![view.span(Role::Error, &format!("○ lost {ago} ago, {next}"))],
                    vec![view.span(Role::Error, &format!("○ lost {ago} ago"))],
                    vec![view.span(Role::Error, "○ lost")],
                ],
            )
        }
    }
}

/// What could not be looked at, in words.
fn gaps(view: View<'_>) -> Part {
    let mut names: Vec<String> = Vec::new();
    for gap in view.model.snapshot.coverage.gaps() {
        if &*gap.what == "input" {
            names.push(format!("{} (broken)", gap.kind));
            continue;
        }
        let what = plural(&gap.kind);
        let why = match gap.status {
            Status::Forbidden => "403",
            Status::Off => {
                names.push(format!("{} (off)", gap.kind));
                continue;
            }
            Status::Ok | Status::Reading | Status::Absent | Status::Error => "failing",
        };
        let name = format!("{what} ({why})");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let n = names.len();
    if n == 0 {
        return Part::new(3, Vec::new());
    }
    let shown = |text: String| vec![view.span(Role::Warning, &text)];
    let things = count(n as u64, "kind", "kinds");
    let mut forms = Vec::new();
    if n <= 3 {
        forms.push(shown(format!("cannot see: {}", names.join(", "))));
    }
    match names.as_slice() {
        [only] => forms.push(shown(format!("not seen: {only}"))),
        _ => forms.push(shown(format!("cannot see {things}"))),
    }
    forms.push(shown(format!("⊘ {n}")));
    Part::new(3, forms)
}

/// A kind's resource name, `secrets`.
pub(super) fn plural(kind: &str) -> String {
    if let Some(known) = Kind::from_name(kind) {
        return known.plural().to_owned();
    }
    let name = kind.to_lowercase();
    match name.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if name.ends_with('s') => format!("{name}es"),
        None => format!("{name}s"),
    }
}
