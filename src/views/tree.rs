//! The tree of problems: the rows that are visible, and no others.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::layout::Layout;
use crate::app::model::{Pane, Place};
use crate::app::theme::Role;
use crate::app::tree::{Part, Row};
use crate::engine::finding::Severity;
use crate::engine::problem::{Member, Problem, Role as Standing, State};

use super::text::escape::clean;
use super::text::width::{pad, pad_start, truncate, truncate_middle, width};
use super::{View, write_right};

/// Columns of an age: `healed 1m` takes more.
const AGE: usize = 4;

/// Columns of a kind's short name.
const KIND: usize = 7;

/// From this width on rows say their namespace.
const WITH_NAMESPACE: u16 = 52;

pub(super) fn draw(view: View<'_>, layout: &Layout, buffer: &mut Buffer) {
    if layout.tree.is_empty() {
        return;
    }
    if layout.has_tree_heading() {
        heading(view, layout.tree, buffer);
    }
    let area = layout.tree_rows();
    let drawer = Drawer {
        view,
        margin: u16::from(area.width >= 44),
        focused: view.has_focus(Pane::Tree),
        strip: layout.is_strip() && view.model.place == Place::Chat,
    };
    for ((row, selected), y) in view.model.tree.visible().zip(area.top()..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        drawer.row(row, selected, line, buffer);
    }
    if view.model.tree.rows().is_empty() && !view.model.filter.is_empty() {
        let line = format!("nothing matches {}", view.model.filter.text());
        buffer.set_line(
            area.x + 3,
            area.y,
            &Line::from(view.span(Role::Dim, &line)),
            area.width.saturating_sub(3),
        );
    }
}

/// `Problems` and what is hidden, above the column of ages.
fn heading(view: View<'_>, area: Rect, buffer: &mut Buffer) {
    let tree = &view.model.tree;
    let role = if view.has_focus(Pane::Tree) {
        Role::Accent
    } else {
        Role::Dim
    };
    let mut spans = vec![view.span(role, "Problems")];
    if !view.model.filter.is_empty() {
        let shown = format!(
            "  {} of {} match {}",
            tree.shown(),
            view.model.snapshot.problems.len(),
            view.model.filter.text()
        );
        spans.push(view.span(Role::Text, &shown));
    }
    let (above, below) = tree.hidden();
    if above + below > 0 {
        let arrows = match (above, below) {
            (0, below) => format!("  ↓{below}"),
            (above, 0) => format!("  ↑{above}"),
            (above, below) => format!("  ↑{above} ↓{below}"),
        };
        spans.push(view.span(Role::Dim, &arrows));
    }
    let line = Rect { height: 1, ..area };
    buffer.set_line(
        line.x + 2,
        line.y,
        &Line::from(spans),
        line.width.saturating_sub(8),
    );
    let label = if view.model.absolute_times { "since" } else { "age" };
    let inner = Rect {
        width: line.width.saturating_sub(1),
        ..line
    };
    write_right(&Line::from(view.span(Role::Dim, label)), inner, buffer);
}

#[derive(Clone, Copy)]
struct Drawer<'a> {
    view: View<'a>,
    margin: u16,
    focused: bool,
    strip: bool,
}

impl Drawer<'_> {
    fn row(self, row: &Row, selected: bool, area: Rect, buffer: &mut Buffer) {
        let inner = Rect {
            x: area.x + self.margin + 1,
            width: area.width.saturating_sub(self.margin + 2),
            ..area
        };
        match row.part {
            Part::Problem if self.strip => self.short(&row.problem, selected, inner, buffer),
            Part::Problem => self.problem(&row.problem, selected, inner, buffer),
            Part::Place => self.place(&row.problem, inner, buffer),
            Part::Member { last, .. } => {
                if let Some(member) = row.member() {
                    self.member(&row.problem, member, last, selected, inner, buffer);
                }
            }
        }
        if selected {
            let role = if self.focused { Role::Accent } else { Role::Dim };
            buffer.set_string(area.x + self.margin, area.y, "▌", self.view.style(role));
        }
    }

    fn sign(self, problem: &Problem) -> Span<'static> {
        match (problem.state, problem.severity) {
            (State::Healed(_), _) => self.view.span(Role::Healed, "✓"),
            (State::Active, Severity::Critical) => self.view.span(Role::Critical, Severity::Critical.sign()),
            (State::Active, Severity::Warning) => self.view.span(Role::Warning, Severity::Warning.sign()),
            (State::Active, Severity::Info) => self.view.span(Role::Info, Severity::Info.sign()),
        }
    }

    fn problem(self, problem: &Problem, selected: bool, area: Rect, buffer: &mut Buffer) {
        let view = self.view;
        let age = match problem.state {
            State::Healed(at) => Some(format!("healed {}", view.clock.age(at))),
            State::Active => problem.since.map(|since| view.clock.age(since)),
        };
        let age = age.unwrap_or_default();
        let age_width = width(&age).max(AGE);
        let mut marks = String::new();
        if problem.count > 1 {
            marks = format!(" ×{}", problem.count);
        }
        if problem.provisional {
            marks.push_str(" ?");
        }
        let wide = area.width >= WITH_NAMESPACE;
        let healed = match problem.root_healed() {
            Some(_) if wide => " ✓ cause healed",
            Some(_) => " ✓",
            None => "",
        };
        let beside = age_width + 1 + width(&marks) + width(healed);
        let room = usize::from(area.width).saturating_sub(2 + beside);
        let title = clean(&problem.title);
        let shown = truncate(&title, room);
        let used = width(&shown);
        let role = title_role(problem, selected);
        let mut spans = vec![
            self.sign(problem),
            Span::raw(" "),
            Span::styled(shown.into_owned(), view.style(role)),
        ];
        spans.push(view.span(Role::Healed, healed));
        spans.push(view.span(Role::Dim, &marks));
        // The namespace, where the title leaves room for all of it.
        let namespace = clean(&problem.owner.namespace);
        let left = room.saturating_sub(used);
        if wide && !namespace.is_empty() && left >= width(&namespace) + 2 {
            spans.push(view.span(Role::Dim, &pad_start(&namespace, left)));
        } else {
            spans.push(Span::raw(" ".repeat(left)));
        }
        spans.push(Span::raw(" "));
        spans.push(view.span(view.age_role(), &pad_start(&age, age_width)));
        buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
    }

    /// Beside a chat: the name alone.
    fn short(self, problem: &Problem, selected: bool, area: Rect, buffer: &mut Buffer) {
        let name = clean(&problem.owner.name);
        let shown = truncate(&name, usize::from(area.width).saturating_sub(2));
        let role = title_role(problem, selected);
        let name = Span::styled(shown.into_owned(), self.view.style(role));
        let line = Line::from(vec![self.sign(problem), Span::raw(" "), name]);
        buffer.set_line(area.x, area.y, &line, area.width);
    }

    fn place(self, problem: &Problem, area: Rect, buffer: &mut Buffer) {
        let owner = &problem.owner;
        let place = if owner.namespace.is_empty() {
            owner.short()
        } else {
            format!("{}  {}", owner.namespace, owner.short())
        };
        let line = if self.strip {
            "│".to_owned()
        } else {
            format!("│ {place}")
        };
        let line = Line::from(self.view.span(Role::Dim, &line));
        buffer.set_line(area.x, area.y, &line, area.width);
    }

    fn member(
        self,
        problem: &Problem,
        member: &Member,
        last: bool,
        selected: bool,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let view = self.view;
        let finding = &member.finding;
        let branch = if last { "└─ " } else { "├─ " };
        let role = match member.healed {
            Some(_) => Role::Dim,
            None => title_role(problem, selected),
        };
        if self.strip {
            let line = vec![
                view.span(Role::Dim, branch),
                view.span(role, &finding.object.name),
            ];
            buffer.set_line(area.x, area.y, &Line::from(line), area.width);
            return;
        }
        let age = finding
            .since
            .map(|since| view.clock.age(since))
            .unwrap_or_default();
        let times = if finding.count > 1 {
            format!(" ×{}", finding.count)
        } else {
            String::new()
        };
        let room = usize::from(area.width).saturating_sub(3 + KIND + AGE + 1);
        let name_room = (room * 2 / 5).clamp(8, 28);
        let title_room = room.saturating_sub(name_room + 2 + width(&times));
        let name = clean(&finding.object.name);
        let title = symptom(problem, member);
        let title = clean(title);
        let healed = member
            .healed
            .map(|at| format!("✓ healed {} ", view.clock.age(at)))
            .unwrap_or_default();
        let healed = truncate(&healed, title_room);
        let title_room = title_room.saturating_sub(width(&healed));
        let line = Line::from(vec![
            view.span(Role::Dim, branch),
            view.span(Role::Dim, &pad(short_kind(&finding.object.kind), KIND)),
            Span::styled(
                pad(&truncate_middle(&name, name_room), name_room + 2),
                view.style(role),
            ),
            view.span(Role::Healed, &healed),
            view.span(Role::Dim, &pad(&truncate(&title, title_room), title_room)),
            view.span(Role::Dim, &times),
            Span::raw(" "),
            view.span(view.age_role(), &pad_start(&age, AGE)),
        ]);
        buffer.set_line(area.x, area.y, &line, area.width);
    }
}

fn title_role(problem: &Problem, selected: bool) -> Role {
    match problem.state {
        State::Healed(_) => Role::Dim,
        State::Active if selected => Role::Selection,
        State::Active => Role::Text,
    }
}

/// What a member's row says: the name of the fault where its title would only repeat the row above.
fn symptom<'a>(problem: &Problem, member: &'a Member) -> &'a str {
    let finding = &member.finding;
    if member.role != Standing::Symptom && problem.title.ends_with(&*finding.title) {
        &finding.code
    } else {
        &finding.title
    }
}

/// A kind as kubectl's users abbreviate it.
pub(super) fn short_kind(kind: &str) -> &str {
    match kind {
        "Deployment" => "Deploy",
        "ReplicaSet" => "RS",
        "StatefulSet" => "STS",
        "DaemonSet" => "DS",
        "Service" => "Svc",
        "EndpointSlice" => "EPS",
        "PersistentVolumeClaim" => "PVC",
        "PersistentVolume" => "PV",
        "StorageClass" => "SC",
        "Namespace" => "NS",
        "Ingress" => "Ing",
        "ConfigMap" => "CM",
        "PodDisruptionBudget" => "PDB",
        "HorizontalPodAutoscaler" => "HPA",
        other => other,
    }
}
