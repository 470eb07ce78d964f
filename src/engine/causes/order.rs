//! The order of problems: worst first; of equals those on which most hangs, then the newest, then by id. Healed ones come
//! last.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;

use crate::engine::finding::Severity;
use crate::engine::object::Text;
use crate::engine::problem::{Problem, State};

type Rank<'a> = (
    bool,
    Reverse<Severity>,
    Reverse<usize>,
    Reverse<Option<Timestamp>>,
    &'a Text,
);

fn rank(problem: &Problem) -> Rank<'_> {
    let healed = problem.state != State::Active;
    (
        healed,
        Reverse(problem.severity),
        Reverse(problem.members.len()),
        Reverse(problem.since),
        &problem.id,
    )
}

/// Beyond so many changes at once everything is sorted anew.
const MANY: usize = 64;

/// What changes in an ordered list of problems.
#[derive(Debug, Default)]
pub(super) struct Reorder {
    pub leave: Vec<Arc<Problem>>,
    pub come: Vec<Arc<Problem>>,
}

impl Reorder {
    /// Changes the list, which stays in order. Says whether there was anything to change.
    pub fn apply(self, all: &mut Vec<Arc<Problem>>) -> bool {
        let Self { leave, come } = self;
        let changes = leave.len() + come.len();
        for old in &leave {
            if let Ok(at) = place(all, old) {
                all.remove(at);
            }
        }
        if come.len() > MANY {
            all.extend(come);
            all.sort_by(|a, b| rank(a).cmp(&rank(b)));
        } else {
            for new in come {
                let at = place(all, &new).unwrap_or_else(|at| at);
                all.insert(at, new);
            }
        }
        changes > 0
    }
}

fn place(all: &[Arc<Problem>], problem: &Problem) -> Result<usize, usize> {
    all.binary_search_by(|known| rank(known).cmp(&rank(problem)))
}
