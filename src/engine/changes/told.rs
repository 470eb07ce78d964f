//! The changes that may have brought a problem about, as evidence: those before its onset, what touches the fault
//! first, then the nearest.

use jiff::{SignedDuration, Timestamp};

use super::subjects::{Ask, Relation, Subject};
use super::touch::touches;
use super::{Difference, Rollout, Write};
use crate::engine::age::Age;
use crate::engine::evidence::{Evidence, Source};
use crate::engine::finding::Finding;
use crate::engine::object::{Key, ObjectRef, Text};
use crate::engine::problem::Diagnosis;
use crate::engine::world::World;

/// Clocks differ, and an onset is often a pod's first second: what comes so little later still came before.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(30);

/// A rollout that touches the fault counts for so long: leaks and busy days take their time.
const ROLLOUT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A write to what the failing container reads.
const WRITE: SignedDuration = SignedDuration::from_hours(24);

/// Anything else.
const NEAR: SignedDuration = SignedDuration::from_hours(1);

/// What was made so shortly after the workload was made with it.
const TOGETHER: SignedDuration = SignedDuration::from_secs(60);

/// So many changes of one problem are told.
const MOST: usize = 8;

/// So many are named in the sentence of the diagnosis.
const NAMED: usize = 3;

/// The changes of a problem.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// As evidence, the likeliest first.
    pub evidence: Vec<Evidence>,
    /// What is to be said of the likeliest, where it touches what fails.
    pub blame: Option<Blame>,
}

/// A change that touches what fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Blame {
    /// `Since revision 5 (2 min before): image app:1.4 → app:1.5.`
    pub sentence: String,
    /// The revision to go back to, where it is one of the failing workload.
    pub back_to: Option<u64>,
}

impl Blame {
    /// Says it in a diagnosis, with the number of the fact that shows it.
    pub fn tell(&self, diagnosis: &mut Diagnosis, n: Option<u32>) {
        let cause = diagnosis.cause.trim_end();
        let stop = if cause.ends_with(['.', '!', '?', '…']) || cause.is_empty() {
            ""
        } else {
            "."
        };
        diagnosis.cause = format!("{cause}{stop} {}", self.sentence).trim_start().into();
        diagnosis.why.extend(n);
        diagnosis.why.sort_unstable();
        diagnosis.why.dedup();
    }
}

/// The changes that may have brought about a problem of this root, since then, among the pasts of its subjects.
pub fn told(world: &World, root: &Finding, subjects: &[Subject], since: Option<Timestamp>) -> Told {
    let scene = Scene { world, root, since };
    let mut candidates: Vec<Candidate> = Vec::new();
    for subject in subjects {
        let Some(history) = world.history(&subject.key) else {
            continue;
        };
        if let Some(rollout) = history
            .rollout
            .as_ref()
            .filter(|rollout| is_meant(subject, rollout))
        {
            candidates.extend(scene.of_rollout(subject, rollout));
        }
        candidates.extend(scene.of_writes(subject, &history.writes));
    }
    // A stable sort: fields of one revision stay in their order.
    candidates.sort_by_key(|one| (!one.touches, one.distance));
    candidates.truncate(MOST);
    let blame = blame(&candidates, since);
    Told {
        evidence: candidates.into_iter().map(|one| one.evidence).collect(),
        blame,
    }
}

/// Whether a rollout that was read is the one that is asked for now.
fn is_meant(subject: &Subject, rollout: &Rollout) -> bool {
    match &subject.ask {
        Ask::ReplicaSets { failing, .. } => failing.name == rollout.name,
        Ask::Revisions { failing, .. } => failing.as_ref().is_none_or(|failing| *failing == rollout.name),
        Ask::Writes => false,
    }
}

/// A change before the onset.
struct Candidate {
    touches: bool,
    /// How long before.
    distance: SignedDuration,
    evidence: Evidence,
    /// The revision that it came with, and the one before.
    revision: Option<(u64, u64)>,
    /// Whether its workload is the one that fails.
    is_own: bool,
}

struct Scene<'a> {
    world: &'a World,
    root: &'a Finding,
    since: Option<Timestamp>,
}

impl Scene<'_> {
    /// How long before the onset it was; `None` if it was after.
    fn before(&self, at: Option<Timestamp>) -> Option<SignedDuration> {
        let (Some(since), Some(at)) = (self.since, at) else {
            // Nobody knows.
            return Some(NEAR);
        };
        let distance = since.duration_since(at);
        (distance >= -TOLERANCE).then(|| distance.max(SignedDuration::ZERO))
    }

    fn of_rollout(&self, subject: &Subject, rollout: &Rollout) -> Vec<Candidate> {
        let Some(distance) = self.before(rollout.at) else {
            return Vec::new();
        };
        let works = if rollout.worked {
            "works"
        } else {
            "not known to work"
        };
        let mut origin = format!("revision {} ({works}) → {}", rollout.before, rollout.number);
        if !rollout.by.is_empty() {
            origin = format!("{origin} {}", rollout.by);
        }
        let origin: Text = origin.into();
        let candidate = |difference: &Difference| {
            let touches = match subject.relation {
                Relation::Failing => touches(self.root, difference),
                _ => self.is_named_in(difference),
            };
            let counts = match subject.relation {
                Relation::Failing => touches || distance <= NEAR,
                _ => touches,
            };
            (counts && distance <= ROLLOUT).then(|| Candidate {
                touches,
                distance,
                evidence: Evidence {
                    object: subject.key.object(),
                    source: Source::Change {
                        path: difference.path.clone(),
                        what: difference.what.clone(),
                        old: difference.old.clone(),
                        new: difference.new.clone(),
                        origin: origin.clone(),
                    },
                    time: rollout.at,
                    text: difference.text.clone(),
                },
                revision: Some((rollout.before, rollout.number)),
                is_own: subject.relation == Relation::Failing,
            })
        };
        rollout.differences.iter().filter_map(candidate).collect()
    }

    /// Whether a difference names what fails, or what must be changed.
    fn is_named_in(&self, difference: &Difference) -> bool {
        let names = |object: &ObjectRef| {
            let values = [&difference.old, &difference.new];
            values.into_iter().flatten().any(|value| {
                let mut words = value.split([' ', '/', ':', '"']);
                words.any(|word| *word == *object.name)
            })
        };
        names(&self.root.object) || self.root.culprit.as_ref().is_some_and(names)
    }

    fn of_writes(&self, subject: &Subject, writes: &[Write]) -> Vec<Candidate> {
        let object = subject.key.object();
        let touches = subject.relation == Relation::Touched;
        let most = if touches { WRITE } else { NEAR };
        let candidate = |write: &Write| {
            let distance = self.before(Some(write.at))?;
            let counts = distance <= most && !(write.created && self.is_made_with(&subject.key, write.at));
            counts.then(|| Candidate {
                touches,
                distance,
                evidence: Evidence {
                    object: object.clone(),
                    source: Source::Change {
                        path: write.path.clone(),
                        what: write.text.clone(),
                        old: None,
                        new: None,
                        origin: write.by.clone(),
                    },
                    time: Some(write.at),
                    text: write.text.clone(),
                },
                revision: None,
                is_own: false,
            })
        };
        writes.iter().filter_map(candidate).collect()
    }

    /// Whether an object came into being with what fails, or before it, or is itself what fails.
    fn is_made_with(&self, key: &Key, at: Timestamp) -> bool {
        let owner = self.root.owner.key();
        let made = owner
            .as_ref()
            .and_then(|owner| self.world.meta(owner)?.creation_timestamp);
        owner.as_ref() == Some(key) || made.is_none_or(|made| at.duration_since(made) <= TOGETHER)
    }
}

fn blame(candidates: &[Candidate], since: Option<Timestamp>) -> Option<Blame> {
    let first = candidates.first().filter(|one| one.touches)?;
    let when = match (since, first.evidence.time) {
        (Some(_), Some(_)) if first.distance < SignedDuration::from_secs(5) => Some("just before".to_owned()),
        (Some(since), Some(at)) => Some(format!("{} before", Age::of(since, at).spaced())),
        _ => None,
    };
    let Some((before, number)) = first.revision else {
        // What was written a day ago is evidence, but no headline.
        let near = when.filter(|_| first.distance <= NEAR)?;
        let (object, text) = (first.evidence.object.short(), &first.evidence.text);
        return Some(Blame {
            sentence: format!("{object}: {text} {near}{}.", by(&first.evidence)),
            back_to: None,
        });
    };
    let object = &first.evidence.object;
    let same = candidates
        .iter()
        .filter(|one| one.touches && one.evidence.object == *object && one.revision == first.revision);
    let texts: Vec<&str> = same.map(|one| &*one.evidence.text).collect();
    let mut list = texts.get(..NAMED).unwrap_or(&texts).join("; ");
    if texts.len() > NAMED {
        list = format!("{list}; and {} more", texts.len() - NAMED);
    }
    let of = if first.is_own {
        String::new()
    } else {
        format!(" of {}", object.short())
    };
    let when = when.map_or(String::new(), |when| format!(" ({when})"));
    Some(Blame {
        sentence: format!("Since revision {number}{of}{when}: {list}."),
        back_to: first.is_own.then_some(before),
    })
}

fn by(evidence: &Evidence) -> String {
    match &evidence.source {
        Source::Change { origin, .. } if !origin.is_empty() => format!(", {origin}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
