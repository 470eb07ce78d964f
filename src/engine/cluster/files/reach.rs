//! How much of a cluster files cover. Only of what a list shows can be said that something is not there: a dump
//! without Services must not make one say that a Service does not exist.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::object::{Kind, Symbol, Text};

/// A List that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// The folder of its file.
    pub folder: String,
    /// The namespace that its file's name says was listed.
    pub guess: Option<Text>,
    /// The watched kinds in it.
    pub kinds: BTreeSet<Kind>,
    /// The namespaces in it.
    pub namespaces: BTreeSet<Symbol>,
    /// Whether it came to its end.
    pub whole: bool,
}

/// Where all objects of a kind are in the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In the whole cluster.
    Everywhere,
    /// In these namespaces.
    In(BTreeSet<Symbol>),
    /// Nowhere, because a list of it is broken.
    Torn,
    /// Nowhere: the objects that are there speak for themselves alone.
    Some,
}

/// How far each kind reaches. A kind that is not in the map is not in the files at all.
///
/// A list is of the namespace of its items; of all namespaces where one list beside it has items of several (they come
/// of one command); where it is empty, of the one that its file is named after. Objects that stand by themselves
/// speak for their namespaces; but a namespace for itself alone, because a dump of a few namespaces has just those.
pub fn resolve(
    lists: &[List],
    singles: &BTreeMap<Kind, BTreeSet<Symbol>>,
    namespaces: &BTreeSet<Symbol>,
) -> BTreeMap<Kind, Reach> {
    let listed = lists
        .iter()
        .any(|list| list.whole && list.kinds.contains(&Kind::Namespace));
    let wide: BTreeSet<&str> = lists
        .iter()
        .filter(|list| list.namespaces.len() > 1)
        .map(|list| list.folder.as_str())
        .collect();
    let beside = |folder: &str| {
        let mut of = lists
            .iter()
            .filter(move |list| list.folder == folder)
            .flat_map(|list| &list.namespaces);
        of.next()
    };
    let mut reaches: BTreeMap<Kind, Reach> = BTreeMap::new();
    for list in lists {
        let guess = list.guess.as_deref().map(Symbol::from);
        let is_known = |guess: &Symbol| {
            namespaces.contains(guess) || lists.iter().any(|list| list.namespaces.contains(guess))
        };
        let only = list
            .namespaces
            .first()
            .cloned()
            .or_else(|| guess.clone().filter(is_known))
            .or_else(|| beside(&list.folder).cloned())
            .or(guess);
        for kind in &list.kinds {
            let reach = if !list.whole {
                Reach::Torn
            } else if kind.namespaced() && !wide.contains(list.folder.as_str()) {
                only.clone()
                    .map_or(Reach::Everywhere, |only| Reach::In([only].into()))
            } else {
                Reach::Everywhere
            };
            join(&mut reaches, *kind, reach);
        }
    }
    for (kind, places) in singles {
        let reach = match kind {
            Kind::Namespace => Reach::Some,
            kind if kind.namespaced() => Reach::In(places.clone()),
            _ => Reach::Everywhere,
        };
        join(&mut reaches, *kind, reach);
    }
    // All namespaces there are is everywhere; and objects that were written without one have no other to be in.
    for reach in reaches.values_mut() {
        let Reach::In(places) = reach else { continue };
        if places.contains(&Symbol::default()) || (listed && places.is_superset(namespaces)) {
            *reach = Reach::Everywhere;
        }
    }
    reaches
}

fn join(reaches: &mut BTreeMap<Kind, Reach>, kind: Kind, reach: Reach) {
    let joined = match (reaches.remove(&kind), reach) {
        (None, reach) => reach,
        // A kind of which one list is torn may lack something, wherever that was.
        (Some(Reach::Torn), _) | (_, Reach::Torn) => Reach::Torn,
        (Some(Reach::Everywhere), _) | (_, Reach::Everywhere) => Reach::Everywhere,
        (Some(Reach::Some), reach) | (Some(reach), Reach::Some) => reach,
        (Some(Reach::In(mut places)), Reach::In(more)) => {
            places.extend(more);
            Reach::In(places)
        }
    };
    reaches.insert(kind, joined);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(folder: &str, kind: Kind, namespaces: &[&str], guess: Option<&str>) -> List {
        List {
            folder: folder.to_owned(),
            guess: guess.map(Into::into),
            kinds: [kind].into(),
            namespaces: symbols(namespaces),
            whole: true,
        }
    }

    fn symbols(names: &[&str]) -> BTreeSet<Symbol> {
        names.iter().map(|name| Symbol::from(*name)).collect()
    }

    fn reach(lists: &[List], singles: &[(Kind, &str)], namespaces: &[&str]) -> BTreeMap<Kind, Reach> {
        let mut map: BTreeMap<Kind, BTreeSet<Symbol>> = BTreeMap::new();
        for (kind, namespace) in singles {
            map.entry(*kind).or_default().insert((*namespace).into());
        }
        resolve(lists, &map, &symbols(namespaces))
    }

    #[test]
    fn lists_beside_one_that_is_of_several_namespaces_are_of_all() {
        let lists = [
            list("", Kind::Pod, &["a", "b"], None),
            list("", Kind::Service, &["a"], None),
            list("", Kind::Job, &[], None),
        ];
        let reaches = reach(&lists, &[], &[]);
        assert!(reaches.values().all(|reach| *reach == Reach::Everywhere) && reaches.len() == 3);
    }

    #[test]
    fn of_one_namespace_nothing_is_said_about_others() {
        let lists = [
            list("", Kind::Pod, &["a"], None),
            list("", Kind::Job, &[], None),
            list("", Kind::Node, &[], None),
        ];
        let reaches = reach(&lists, &[], &[]);
        assert_eq!(reaches.get(&Kind::Pod), Some(&Reach::In(symbols(&["a"]))));
        assert_eq!(reaches.get(&Kind::Job), Some(&Reach::In(symbols(&["a"]))));
        assert_eq!(reaches.get(&Kind::Node), Some(&Reach::Everywhere));
        assert_eq!(reaches.get(&Kind::Service), None, "not in the files at all");
    }

    #[test]
    fn a_folder_that_is_no_namespace_is_not_taken_for_one() {
        let lists = [
            list("dump", Kind::Pod, &["a"], Some("dump")),
            list("dump", Kind::Job, &[], Some("dump")),
        ];
        let reaches = reach(&lists, &[], &[]);
        assert_eq!(reaches.get(&Kind::Job), Some(&Reach::In(symbols(&["a"]))));
    }

    #[test]
    fn folders_of_namespaces_add_up_to_the_cluster_once_all_are_there() {
        let lists = [
            list("a", Kind::Pod, &["a"], Some("a")),
            list("b", Kind::Pod, &[], Some("b")),
        ];
        assert_eq!(
            reach(&lists, &[], &[]).get(&Kind::Pod),
            Some(&Reach::In(symbols(&["a", "b"])))
        );
        let known = [(Kind::Namespace, ""), (Kind::Namespace, "")];
        let few = reach(&lists, &known, &["a", "b"]);
        assert_eq!(few.get(&Kind::Namespace), Some(&Reach::Some));
        assert_eq!(
            few.get(&Kind::Pod),
            Some(&Reach::In(symbols(&["a", "b"]))),
            "perhaps there are more"
        );
        let mut lists = lists.to_vec();
        lists.push(list("", Kind::Namespace, &[], None));
        let three = reach(&lists, &[], &["a", "b", "c"]);
        assert_eq!(three.get(&Kind::Pod), Some(&Reach::In(symbols(&["a", "b"]))));
        assert_eq!(
            reach(&lists, &[], &["a", "b"]).get(&Kind::Pod),
            Some(&Reach::Everywhere)
        );
    }

    #[test]
    fn a_torn_list_makes_its_kind_say_nothing() {
        let torn = List {
            whole: false,
            ..list("", Kind::Pod, &["a"], None)
        };
        let lists = [torn, list("x", Kind::Pod, &["a", "b"], None)];
        assert_eq!(reach(&lists, &[], &[]).get(&Kind::Pod), Some(&Reach::Torn));
        let singles = reach(&[], &[(Kind::Pod, "a"), (Kind::Node, "")], &[]);
        assert_eq!(singles.get(&Kind::Pod), Some(&Reach::In(symbols(&["a"]))));
        assert_eq!(singles.get(&Kind::Node), Some(&Reach::Everywhere));
    }
}
