//! The pane of a problem: tabs, facts, events, YAML.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::app::detail::{Detail, Loaded, Subject, Tab};
use crate::app::keymap::Action;
use crate::app::message::{Effect, RequestId};
use crate::app::model::{Model, Pane, Place, Prompt};
use crate::app::yaml::Document;
use crate::engine::cluster::Failure;
use crate::engine::evidence::dossier::EventLine;
use crate::engine::evidence::{Evidence, Numbered, Source};
use crate::engine::object::{ObjectRef, Text};
use crate::engine::placement::Placed;
use crate::engine::problem::{Problem, State};
use crate::views;

use super::{Effects, chat, goto, keys, logs, toast};

/// How long the cursor must rest on a row before logs and objects of it are fetched.
const SETTLE: SignedDuration = SignedDuration::from_millis(150);

/// What nodes have left changes with every pod that comes or goes: it is looked at anew no more often than this.
const PLACEMENT_AGE: SignedDuration = SignedDuration::from_secs(3);

/// Rows of text in the pane.
pub(super) fn text_height(model: &Model) -> usize {
    model.layout().map_or(0, |layout| {
        usize::from(layout.detail_text().height.saturating_sub(views::detail::HEADING))
    })
}

/// The pane is about the row under the cursor.
pub(super) fn follow_selection(model: &mut Model, effects: &mut Effects) {
    if model.visit.is_some() {
        return;
    }
    let Some(row) = model.tree.selected() else {
        model.detail.subject = None;
        return;
    };
    let problem = Arc::clone(&row.problem);
    let subject = Subject {
        problem: problem.id.clone(),
        finding: row.member().map(|member| member.id.clone()),
    };
    let detail = &mut model.detail;
    let before = detail.subject.replace(subject);
    let (Some(before), Some(now)) = (before, &detail.subject) else {
        detail.fact = problem.evidence.first().map_or(0, |fact| fact.n);
        return;
    };
    // A better root gives a problem another id: it is the same one.
    if before.finding == now.finding && problem.answers_to(&before.problem) {
        return;
    }
    let same_problem = problem.answers_to(&before.problem);
    let tab = detail.tab;
    let shows_source = matches!(tab, Tab::Logs | Tab::Yaml);
    if detail.logs.is_some() {
        effects.push(Effect::CloseLogs);
    }
    *detail = Detail {
        tab,
        subject: detail.subject.take(),
        fact: problem.evidence.first().map_or(0, |fact| fact.n),
        events: if same_problem {
            std::mem::take(&mut detail.events)
        } else {
            Loaded::Not
        },
        placement: if same_problem {
            std::mem::take(&mut detail.placement)
        } else {
            Loaded::Not
        },
        placement_request: detail.placement_request.filter(|_| same_problem),
        ..Detail::default()
    };
    if shows_source || tab == Tab::Events || tab == Tab::Overview && asks_for_placement(&problem) {
        detail.settles_at = Some(model.now.saturating_add(SETTLE).unwrap_or(Timestamp::MAX));
    }
}

/// Asks for what the open tab shows, unless it is there or out of sight.
pub(super) fn load(model: &mut Model, effects: &mut Effects) {
    let in_sight =
        model.place == Place::Home && model.layout().is_some_and(|layout| !layout.detail.is_empty());
    if !in_sight || !has_subject(model) {
        return;
    }
    match model.detail.tab {
        Tab::Overview => refresh_placement(model, effects),
        Tab::Evidence | Tab::Chat => {}
        Tab::Events => refresh_events(model, effects),
        Tab::Logs => {
            if model.detail.logs.is_none() {
                logs::open(model, None, effects);
            }
        }
        Tab::Yaml => {
            if model.detail.yaml.document == Loaded::Not
                && let Some(object) = default_object(model)
            {
                read_yaml(model, object, None, effects);
            }
        }
    }
}

/// Whether the pane is about anything.
fn has_subject(model: &Model) -> bool {
    model.visit.is_some() || model.selected_problem().is_some()
}

/// What YAML is shown of when nobody says which: of a finding its object, of a problem what it is about.
fn default_object(model: &Model) -> Option<ObjectRef> {
    if let Some(object) = &model.visit {
        return Some(object.clone());
    }
    let row = model.tree.selected()?;
    Some(match row.member() {
        Some(member) => member.finding.object.clone(),
        None => row.problem.owner.clone(),
    })
}

/// Goes to a tab.
pub(super) fn open_tab(model: &mut Model, tab: Tab, effects: &mut Effects) {
    if !has_subject(model) || !model.tabs().contains(&tab) {
        return;
    }
    if tab == Tab::Chat {
        return chat::open(model, effects);
    }
    if model.place == Place::Chat {
        chat::leave(model);
    }
    if tab != Tab::Logs && model.detail.logs.take().is_some() {
        // A log that nobody sees holds a connection.
        effects.push(Effect::CloseLogs);
    }
    model.detail.back = None;
    model.detail.tab = tab;
    model.detail.scroll = 0;
    model.detail.settles_at = None;
    model.pane = Pane::Detail;
    load(model, effects);
}

fn beside(model: &Model, forward: bool) -> Tab {
    model.detail.tab.beside(model.tabs(), forward)
}

/// Opens a fact at its source: the log at that line, the YAML at that field.
pub(super) fn open_fact(model: &mut Model, n: u32, effects: &mut Effects) {
    let Some(problem) = model
        .selected_problem()
        .filter(|_| model.visit.is_none())
        .cloned()
    else {
        return;
    };
    let Some(fact) = problem.fact(n).map(|fact| fact.evidence.clone()) else {
        return toast(model, format!("there is no evidence {n}"), true);
    };
    let back = model.detail.tab;
    match &fact.source {
        Source::Log { .. } => {
            open_tab(model, Tab::Logs, effects);
            logs::go_to(model, n, &fact, effects);
        }
        Source::Field { path } | Source::Change { path, .. } => {
            let path = path.clone();
            model.detail.tab = Tab::Yaml;
            model.pane = Pane::Detail;
            read_yaml(model, fact.object.clone(), Some((path, n)), effects);
        }
        Source::Event { .. } => {
            open_tab(model, Tab::Events, effects);
            model.detail.fact = n;
        }
        Source::Related => {
            model.detail.tab = Tab::Yaml;
            model.pane = Pane::Detail;
            read_yaml(model, fact.object.clone(), None, effects);
        }
    }
    if back != model.detail.tab {
        model.detail.back = Some(back);
    }
}

fn read_yaml(model: &mut Model, object: ObjectRef, field: Option<(Text, u32)>, effects: &mut Effects) {
    let request = model.next_request();
    let since = model.now;
    let yaml = &mut model.detail.yaml;
    *yaml = crate::app::detail::YamlPane {
        object: Some(object.clone()),
        document: Loaded::Waiting { request, since },
        field,
        ..Default::default()
    };
    effects.push(Effect::ReadYaml { request, object });
}

pub(super) fn yaml(model: &mut Model, request: RequestId, result: Result<Document, Failure>) {
    let height = text_height(model);
    let pane = &mut model.detail.yaml;
    if pane.document.awaits(request) {
        pane.take(result, height);
    }
}

/// Asks for the events of what is shown, where they are shown. Those on the screen stay meanwhile.
pub(super) fn refresh_events(model: &mut Model, effects: &mut Effects) {
    if model.detail.tab != Tab::Events || model.detail.events_request.is_some() {
        return;
    }
    let objects = match (&model.visit, model.selected_problem()) {
        (Some(object), _) => vec![object.clone()],
        (None, Some(problem)) => objects(problem),
        (None, None) => return,
    };
    let request = model.next_request();
    model.detail.events_request = Some(request);
    if model.detail.events.ready().is_none() {
        let since = model.now;
        model.detail.events = Loaded::Waiting { request, since };
    }
    effects.push(Effect::ReadEvents { request, objects });
}

/// The same once something changed, if the pane is in sight.
pub(super) fn load_placement(model: &mut Model, effects: &mut Effects) {
    if model.detail.tab == Tab::Overview {
        load(model, effects);
    }
}

/// Asks where the pod could run, where that is shown and what is shown is not of just now.
pub(super) fn refresh_placement(model: &mut Model, effects: &mut Effects) {
    let now = model.now;
    let in_sight = model.detail.tab == Tab::Overview && model.visit.is_none();
    let Some(problem) = model.selected_problem().filter(|_| in_sight) else {
        return;
    };
    if !asks_for_placement(problem) {
        return;
    }
    let recent = |(_, at): (RequestId, Timestamp)| now.duration_since(at) < PLACEMENT_AGE;
    if model.detail.placement_request.is_some_and(recent) {
        return;
    }
    let problem = problem.id.clone();
    let request = model.next_request();
    model.detail.placement_request = Some((request, now));
    if model.detail.placement.ready().is_none() {
        let since = now;
        model.detail.placement = Loaded::Waiting { request, since };
    }
    effects.push(Effect::ReadPlacement { request, problem });
}

/// Whether the cursor has rested for long enough. A clock that stands still (a demo at one moment) never gets there:
/// a timer that goes off at the very moment at which the wait began says that it does.
pub(super) fn has_settled(at: Timestamp, now: Timestamp) -> bool {
    at <= now || at.duration_since(now) == SETTLE
}

/// Whether a problem is about a pod that no node takes.
fn asks_for_placement(problem: &Problem) -> bool {
    problem.state == State::Active
        && problem
            .root()
            .is_some_and(|root| *root.finding.code == *"PodUnschedulable")
}

pub(super) fn placement(model: &mut Model, request: RequestId, placed: Option<Box<Placed>>) {
    let detail = &mut model.detail;
    if detail.placement_request.is_some_and(|(last, _)| last == request) {
        detail.placement = Loaded::Ready(placed);
    }
}

/// Every object that a problem touches, each once: the owner first.
fn objects(problem: &Problem) -> Vec<ObjectRef> {
    let mut objects = vec![problem.owner.clone(), problem.culprit.clone()];
    for member in &problem.members {
        objects.push(member.finding.object.clone());
        objects.push(member.finding.owner.clone());
    }
    let mut seen = std::collections::BTreeSet::new();
    objects.retain(|object| seen.insert(object.clone()));
    objects
}

pub(super) fn events(model: &mut Model, request: RequestId, lines: Vec<EventLine>) {
    let detail = &mut model.detail;
    if detail
        .events_request
        .take_if(|awaited| *awaited == request)
        .is_some()
    {
        detail.events = Loaded::Ready(lines);
    }
}

/// Keys of the overview, the evidence and the events.
pub(super) fn act(model: &mut Model, action: Action, effects: &mut Effects) {
    let page = text_height(model).max(2) - 1;
    match action {
        Action::Up => scroll(model, -1),
        Action::Down => scroll(model, 1),
        Action::PageUp => scroll(model, -(page as isize)),
        Action::PageDown => scroll(model, page as isize),
        Action::Top => scroll(model, isize::MIN),
        Action::Bottom => scroll(model, isize::MAX),
        Action::Enter if model.detail.tab == Tab::Evidence => open_fact(model, model.detail.fact, effects),
        Action::Enter => chat::open(model, effects),
        Action::NextTab => open_tab(model, beside(model, true), effects),
        Action::PreviousTab => open_tab(model, beside(model, false), effects),
        Action::Logs => open_tab(model, Tab::Logs, effects),
        Action::Yaml => open_tab(model, Tab::Yaml, effects),
        Action::Evidence(n) => open_fact(model, u32::from(n), effects),
        Action::Copy => copy_command(model, 1, effects),
        Action::CopyCommand(n) => copy_command(model, u32::from(n), effects),
        Action::NextPane | Action::PreviousPane => keys::next_pane(model, effects),
        Action::Back => back(model, effects),
        _ => {}
    }
}

/// Keys of the YAML.
pub(super) fn act_in_yaml(model: &mut Model, action: Action, effects: &mut Effects) {
    let height = text_height(model);
    if model.detail.yaml.update(action, height) {
        return;
    }
    match action {
        Action::Filter => model.prompt = Some(Prompt::Search(String::new())),
        Action::Copy => {
            if let Some(line) = model.detail.yaml.selected() {
                effects.push(Effect::Copy(line.into()));
            }
        }
        Action::Attach => {
            let object = model.detail.yaml.object.as_ref().map(ObjectRef::path);
            if let (Some(object), Some(line)) = (object, model.detail.yaml.selected().map(str::to_owned)) {
                chat::attach(model, &object, &line, effects);
            }
        }
        _ => act_in_text(model, action, effects),
    }
}

/// Keys that logs and YAML share with the other tabs.
pub(super) fn act_in_text(model: &mut Model, action: Action, effects: &mut Effects) {
    match action {
        Action::NextTab => open_tab(model, beside(model, true), effects),
        Action::PreviousTab => open_tab(model, beside(model, false), effects),
        Action::NextPane | Action::PreviousPane => keys::next_pane(model, effects),
        Action::Back => back(model, effects),
        _ => {}
    }
}

/// Out: from a source to where it was opened, from a tab to the overview, from there to the tree.
fn back(model: &mut Model, effects: &mut Effects) {
    if model.visit.is_some() {
        goto::end_visit(model);
        model.pane = Pane::Tree;
    } else if let Some(tab) = model.detail.back.take() {
        open_tab(model, tab, effects);
    } else if model.detail.tab != Tab::Overview {
        open_tab(model, Tab::Overview, effects);
    } else if model.zoomed {
        model.zoomed = false;
    } else {
        model.pane = Pane::Tree;
    }
}

fn scroll(model: &mut Model, by: isize) {
    if model.detail.tab == Tab::Evidence {
        return move_to_fact(model, by);
    }
    let last = views::detail::last_scroll(model);
    let detail = &mut model.detail;
    detail.scroll = detail.scroll.saturating_add_signed(by).min(last);
}

/// The cursor of the evidence goes from fact to fact.
fn move_to_fact(model: &mut Model, by: isize) {
    let Some(problem) = model.selected_problem().cloned() else {
        return;
    };
    let facts: Vec<&Numbered> = views::evidence::shown(model, &problem);
    let at = facts
        .iter()
        .position(|fact| fact.n == model.detail.fact)
        .unwrap_or(0);
    let to = at.saturating_add_signed(by).min(facts.len().saturating_sub(1));
    if let Some(fact) = facts.get(to) {
        model.detail.fact = fact.n;
    }
}

/// Keeps what the cursor is on in sight after anything changed.
pub(super) fn keep_visible(model: &mut Model) {
    let height = text_height(model);
    model.detail.yaml.keep_visible(height);
    match model.detail.tab {
        Tab::Evidence => model.detail.scroll = views::evidence::scroll_to_cursor(model, height),
        Tab::Overview | Tab::Events if model.detail.scroll > 0 => {
            model.detail.scroll = model.detail.scroll.min(views::detail::last_scroll(model));
        }
        Tab::Overview | Tab::Events | Tab::Logs | Tab::Yaml | Tab::Chat => {}
    }
}

/// Copies a command of the diagnosis.
pub(super) fn copy_command(model: &mut Model, n: u32, effects: &mut Effects) {
    let Some(problem) = model.selected_problem().filter(|_| model.visit.is_none()) else {
        return;
    };
    let command = views::overview::commands(model, problem)
        .find(|(number, _)| *number == n)
        .map(|(_, command)| command.command.clone());
    match command {
        Some(command) => effects.push(Effect::Copy(command)),
        None => toast(model, "there is no command to copy: the chat may know one", true),
    }
}

/// Whether a fact was read from that instance of a container.
pub(super) fn is_from(fact: &Evidence, pod: &str, container: &str, previous: bool) -> bool {
    match &fact.source {
        Source::Log {
            container: of,
            previous: was,
            ..
        } => *fact.object.name == *pod && **of == *container && *was == previous,
        Source::Field { .. } | Source::Event { .. } | Source::Change { .. } | Source::Related => false,
    }
}
