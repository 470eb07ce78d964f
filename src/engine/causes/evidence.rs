//! Numbers for facts: they only grow, and a fact keeps its own for as long as its problem lives.

use std::collections::HashMap;

use crate::engine::evidence::{Evidence, Numbered};
use crate::engine::object::{ObjectRef, Text};

/// So many facts of one problem are kept: the root's come first, and nobody reads a hundred.
const MAX_FACTS: usize = 60;

type Identity = (ObjectRef, &'static str, Text, Text);

/// The numbers that one problem has given.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    given: HashMap<Identity, u32>,
    last: u32,
    open: bool,
}

impl Numbers {
    /// Deals the numbers anew where they are still open: while kinds are being read, or the log of what fails is on
    /// its way, nobody can have referred to a number yet. The proof should be number 1, and the numbers should not
    /// depend on what came first.
    pub fn settle(&mut self, open: bool) {
        if self.open {
            self.given.clear();
            self.last = 0;
        }
        self.open = open;
    }

    /// Numbers the facts of a problem. Gives them in order of number, and for each list of facts their numbers.
    pub fn number(&mut self, members: &[&[Evidence]]) -> (Vec<Numbered>, Vec<Vec<u32>>) {
        let mut facts: Vec<Numbered> = Vec::new();
        let mut numbers = Vec::new();
        for evidence in members {
            let mut own = Vec::new();
            for fact in *evidence {
                let identity = fact.identity();
                let n = match self.given.get(&identity) {
                    Some(n) => *n,
                    None if facts.len() < MAX_FACTS => {
                        self.last += 1;
                        self.given.insert(identity, self.last);
                        self.last
                    }
                    None => continue,
                };
                own.push(n);
                match facts.iter_mut().find(|numbered| numbered.n == n) {
                    // Of one fact seen twice the later is shown.
                    Some(known) if known.evidence.time < fact.time => known.evidence = fact.clone(),
                    Some(_) => {}
                    None => facts.push(Numbered {
                        n,
                        evidence: fact.clone(),
                    }),
                }
            }
            own.dedup();
            numbers.push(own);
        }
        facts.sort_by_key(|numbered| numbered.n);
        (facts, numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(path: &str, value: &str) -> Evidence {
        Evidence::field(ObjectRef::new("v1", "Pod", "shop", "web"), path, value)
    }

    #[test]
    fn a_fact_keeps_its_number_while_others_come_and_go() {
        let mut numbers = Numbers::default();
        let (first, _) = numbers.number(&[&[fact("a", "1"), fact("b", "1")]]);
        assert_eq!(first.iter().map(|fact| fact.n).collect::<Vec<_>>(), [1, 2]);
        let (second, own) = numbers.number(&[&[fact("c", "1"), fact("b", "2")]]);
        assert_eq!(own, [vec![3, 2]], "b is known although its value moved on");
        assert_eq!(&*second[0].evidence.text, "2");
        let (third, _) = numbers.number(&[&[fact("a", "3")]]);
        assert_eq!(third[0].n, 1);
    }
}
