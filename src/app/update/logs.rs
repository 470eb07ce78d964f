//! The logs of what is selected.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;

use crate::app::detail::{Logs, Tab};
use crate::app::keymap::Action;
use crate::app::logs::{Incoming, LogPane, LogRow, LogSource, SourceId, SourceState};
use crate::app::message::{Effect, LogMessage, RequestId};
use crate::app::model::{Model, Prompt};
use crate::engine::cluster::{FailureKind, LogRequest};
use crate::engine::evidence::{Evidence, Source};
use crate::engine::object::Text;
use crate::engine::problem::{Problem, Role};
use crate::engine::snapshot::Snapshot;
use crate::views::logs::LogView;
use crate::views::number::count;

use super::{Effects, chat, detail};

/// Streams that are open at once: each holds a connection.
const MOST: usize = 8;

/// How long lines are held back for those of other sources.
const HELD: SignedDuration = SignedDuration::from_millis(250);

/// Lines that are read of a log before it is followed.
const TAIL: i64 = 5_000;

/// A container of which the logs are wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Container {
    namespace: Text,
    pod: Text,
    name: Text,
}

/// The lines of log that are evidence of a problem.
fn lines_of(problem: &Problem) -> impl Iterator<Item = (u32, LogSource, Option<Timestamp>, &str)> {
    problem.evidence.iter().filter_map(|fact| {
        let Source::Log {
            container, previous, ..
        } = &fact.evidence.source
        else {
            return None;
        };
        let pod = fact.evidence.object.name.clone();
        let source = LogSource {
            pod,
            container: container.clone(),
            previous: *previous,
        };
        Some((fact.n, source, fact.evidence.time, &*fact.evidence.text))
    })
}

/// Marks the lines of an open log anew where the evidence of its problem is another than before.
pub(super) fn refresh_marks(model: &mut Model, old: &Snapshot) {
    let Some(problem) = model.selected_problem().cloned() else {
        return;
    };
    let before = old.problem(&problem.id).map(|problem| &problem.evidence);
    if let Some(logs) = &mut model.detail.logs
        && before != Some(&problem.evidence)
    {
        logs.pane.mark_all(lines_of(&problem));
    }
}

/// Opens the logs of what is selected: of each failing container the instance before and the present one.
pub(super) fn open(model: &mut Model, fact: Option<&Evidence>, effects: &mut Effects) {
    let Some(row) = model.tree.selected() else {
        return;
    };
    let problem = Arc::clone(&row.problem);
    let finding = row.member().map(|member| member.id.clone());
    let containers = containers(&problem, finding.as_deref(), fact);
    let pairs = containers.iter().take(MOST / 2);
    let requests: Vec<LogRequest> = pairs
        .flat_map(|container| {
            [true, false].map(|previous| LogRequest {
                namespace: container.namespace.clone(),
                pod: container.pod.clone(),
                container: container.name.clone(),
                previous,
                tail: Some(TAIL),
                follow: !previous,
            })
        })
        .collect();
    let sources = requests.iter().map(|request| LogSource {
        pod: request.pod.clone(),
        container: request.container.clone(),
        previous: request.previous,
    });
    let mut pane = LogPane::new(sources.collect());
    pane.mark_all(lines_of(&problem));
    let restarts = requests.iter().enumerate().filter(|(_, log)| !log.previous);
    let restarts = restarts
        .map(|(stream, log)| (stream, restarts_of(&problem, log)))
        .collect();
    let request = model.next_request();
    model.detail.logs = Some(Logs {
        request,
        pane,
        title: title(&containers, &problem),
        held: Some(Vec::new()),
        opens_at: model.now.saturating_add(HELD).unwrap_or(Timestamp::MAX),
        restarts,
        evidence: None,
    });
    if !requests.is_empty() {
        effects.push(Effect::ReadLogs {
            request,
            logs: requests,
        });
    }
}

/// The containers that fail: the one that a fact names first, then of the selected finding, the root and its equals;
/// of symptoms only where the others have none.
fn containers(problem: &Problem, finding: Option<&str>, fact: Option<&Evidence>) -> Vec<Container> {
    let mut containers = Vec::new();
    let mut logs = problem
        .evidence
        .iter()
        .map(|numbered| &numbered.evidence)
        .collect::<Vec<_>>();
    logs.splice(0..0, fact);
    let selected = problem
        .members
        .iter()
        .filter(|member| finding == Some(&*member.id));
    let equals = problem
        .members
        .iter()
        .filter(|member| member.role != Role::Symptom);
    for member in selected.chain(equals).chain(problem.symptoms()) {
        let finding = &member.finding;
        let is_symptom = member.role == Role::Symptom;
        if let Some(name) = finding
            .container
            .clone()
            .filter(|_| *finding.object.kind == *"Pod")
        {
            if is_symptom && !containers.is_empty() {
                break;
            }
            containers.push(Container {
                namespace: finding.object.namespace.clone(),
                pod: finding.object.name.clone(),
                name,
            });
        }
    }
    let named = logs.into_iter().filter_map(|fact| match &fact.source {
        Source::Log { container, .. } => Some(Container {
            namespace: fact.object.namespace.clone(),
            pod: fact.object.name.clone(),
            name: container.clone(),
        }),
        Source::Field { .. } | Source::Event { .. } | Source::Change { .. } | Source::Related => None,
    });
    let mut all: Vec<Container> = named.collect();
    if finding.is_some() {
        all = containers.into_iter().chain(all).collect();
    } else {
        all.extend(containers);
    }
    let mut seen = BTreeSet::new();
    all.retain(|container| seen.insert(container.clone()));
    all
}

/// `shop/checkout · web · 3 pods · previous + current`.
fn title(containers: &[Container], problem: &Problem) -> String {
    let names: BTreeSet<&str> = containers.iter().map(|container| &*container.name).collect();
    let pods: BTreeSet<&str> = containers.iter().map(|container| &*container.pod).collect();
    let owner = &problem.owner;
    let place = if owner.namespace.is_empty() {
        owner.name.to_string()
    } else {
        format!("{}/{}", owner.namespace, owner.name)
    };
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let shown = pods.len().min(MOST / 2);
    let pods = if shown < pods.len() {
        format!("{shown} of {}", count(pods.len() as u64, "pod", "pods"))
    } else {
        count(pods.len() as u64, "pod", "pods")
    };
    format!("{place} · {names} · {pods} · previous + current")
}

/// Goes to the line that is a fact, once it is there.
pub(super) fn go_to(model: &mut Model, n: u32, fact: &Evidence, effects: &mut Effects) {
    let is_open = model.detail.logs.as_ref().is_some_and(|logs| {
        logs.pane
            .sources()
            .iter()
            .any(|(source, _)| detail::is_from(fact, &source.pod, &source.container, source.previous))
    });
    if !is_open {
        open(model, Some(fact), effects);
    }
    if let Some(logs) = &mut model.detail.logs {
        logs.evidence = (!logs.pane.go_to_evidence(n)).then_some(n);
    }
}

pub(super) fn log(model: &mut Model, request: RequestId, what: LogMessage) {
    let now = model.now;
    let Some(logs) = model.detail.logs.as_mut().filter(|logs| logs.request == request) else {
        return;
    };
    match what {
        LogMessage::Lines { stream, lines } => {
            let source = SourceId(stream);
            let incoming = lines.into_iter().map(|line| Incoming {
                source,
                time: line.time,
                text: line.text.to_string(),
            });
            logs.take(incoming.collect());
            logs.pane.set_state(source, SourceState::Live);
        }
        LogMessage::Ended { stream } => logs.pane.set_state(SourceId(stream), SourceState::Ended),
        LogMessage::Failed { stream, failure } => {
            let previous = logs
                .pane
                .sources()
                .get(stream)
                .is_some_and(|(source, _)| source.previous);
            // A container that has not been restarted has no log before: nothing is missing, and nothing began anew.
            let none_before =
                previous && matches!(failure.kind, FailureKind::NotFound | FailureKind::Refused);
            let state = if none_before {
                logs.restarts.remove(&(stream + 1));
                SourceState::Ended
            } else {
                SourceState::Failed(failure.what)
            };
            logs.pane.set_state(SourceId(stream), state);
        }
    }
    logs.open(now);
}

/// How often a container was restarted.
fn restarts_of(problem: &Problem, log: &LogRequest) -> u32 {
    let of = problem.members.iter().find(|member| {
        member.finding.object.name == log.pod && member.finding.container.as_ref() == Some(&log.container)
    });
    of.map_or(1, |member| member.finding.count)
}

pub(super) fn act(model: &mut Model, action: Action, effects: &mut Effects) {
    if let Some(logs) = &mut model.detail.logs
        && logs.pane.update(action)
    {
        return;
    }
    match action {
        Action::Filter => model.prompt = Some(Prompt::Search(String::new())),
        Action::Copy => {
            if let Some((text, _)) = selected(model) {
                effects.push(Effect::Copy(text));
            }
        }
        Action::Attach => {
            if let Some((text, source)) = selected(model) {
                chat::attach(
                    model,
                    &format!("{}/{}", source.pod, source.container),
                    &text,
                    effects,
                );
            }
        }
        _ => detail::act_in_text(model, action, effects),
    }
}

/// The line under the cursor and where it comes from.
fn selected(model: &Model) -> Option<(Text, LogSource)> {
    let pane = &model.detail.logs.as_ref()?.pane;
    let (_, row) = pane.selected()?;
    match row {
        LogRow::Line { source, text, .. } => {
            let (source, _) = pane.sources().get(source.0)?;
            Some((text.clone(), source.clone()))
        }
        LogRow::Restart { .. } => None,
    }
}

/// Tells the pane its size.
pub(super) fn resize(model: &mut Model, area: Rect) {
    if model.detail.tab == Tab::Logs
        && let Some(logs) = &mut model.detail.logs
    {
        logs.pane
            .resize(area.height.saturating_sub(LogView::HEADER), area.width);
    }
}
