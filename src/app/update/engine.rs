//! A new snapshot: the tree changes around the cursor, and what is shown of a problem stays on it.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::app::message::Effect;
use crate::app::model::{Model, News};
use crate::chat::session;
use crate::engine::finding::Severity;
use crate::engine::object::Text;
use crate::engine::problem::{Problem, State};
use crate::engine::snapshot::{Connection, Snapshot};

use super::{Effects, chat, detail, logs};

/// How long a new critical problem is announced.
const NEWS: SignedDuration = SignedDuration::from_secs(10);

pub(super) fn snapshot(model: &mut Model, new: Arc<Snapshot>, effects: &mut Effects) {
    let old = std::mem::replace(&mut model.snapshot, new);
    let new = Arc::clone(&model.snapshot);
    // Until everything is read the worst problem may still be found: the cursor waits for it unless it was moved.
    let follow_worst = match old.cluster.connection {
        Connection::Connecting | Connection::Reading { .. } => true,
        Connection::Live | Connection::Files { .. } | Connection::Lost { .. } => false,
    };
    if !follow_worst {
        announce(model, &old, &new);
    }
    model
        .tree
        .set_problems(&new.problems, &model.filter, follow_worst);
    detail::refresh_events(model, effects);
    detail::load_placement(model, effects);
    logs::refresh_marks(model, &old);
    tell_chats(model, &old, &new, effects);
}

/// Tells of critical problems that were not there before.
fn announce(model: &mut Model, old: &Snapshot, new: &Snapshot) {
    let ids: HashSet<&Text> = old.problems.iter().map(|problem| &problem.id).collect();
    let unknown = |problem: &&Arc<Problem>| {
        problem.state == State::Active && problem.severity == Severity::Critical && !ids.contains(&problem.id)
    };
    let unknown: Vec<&Arc<Problem>> = new.problems.iter().filter(unknown).collect();
    if unknown.is_empty() {
        return;
    }
    // Of those some may be old ones with another root: they answer to an id that was there.
    let known: HashSet<&Text> = old.problems.iter().flat_map(|problem| answers(problem)).collect();
    let is_new = |problem: &&Arc<Problem>| !answers(problem).any(|id| known.contains(id));
    let mut fresh = unknown.into_iter().filter(is_new);
    if let Some(first) = fresh.next() {
        model.news = Some(News {
            problem: first.id.clone(),
            title: first.title.clone(),
            others: fresh.count(),
            until: model.now.saturating_add(NEWS).unwrap_or(Timestamp::MAX),
        });
    }
}

/// Every id that a problem answers to.
fn answers(problem: &Problem) -> impl Iterator<Item = &Text> {
    let members = problem.members.iter().map(|member| &member.id);
    std::iter::once(&problem.id)
        .chain(&problem.aliases)
        .chain(members)
}

/// Says in conversations that what they are about has healed.
fn tell_chats(model: &mut Model, old: &Snapshot, new: &Snapshot, effects: &mut Effects) {
    for index in 0..model.chats.len() {
        let Some(session) = model.chats.get(index).map(|chat| &chat.session) else {
            continue;
        };
        let state = |snapshot: &Snapshot| {
            let problem = snapshot.problem(session.problem_id())?;
            Some((problem.state, problem.owner.name.clone()))
        };
        let (Some((State::Active, _)), Some((State::Healed(_), name))) = (state(old), state(new)) else {
            continue;
        };
        let id = session.id().clone();
        let note = session::Event::ClusterNote(format!("{name} healed"));
        chat::event(model, &id, note, effects);
    }
}

/// Effects of a session, those that the model itself takes care of left out.
pub(super) fn of_session(session: &Text, effects: Vec<session::Effect>) -> impl Iterator<Item = Effect> {
    let session = session.clone();
    effects.into_iter().map(move |effect| Effect::Chat {
        session: session.clone(),
        effect,
    })
}
