//! The revision that a workload can go back to.

use crate::engine::kinds::{Meta, ReplicaSet};
use crate::engine::object::{Kind, ObjectRef};
use crate::engine::world::World;

/// Where the Deployment controller writes the number of a revision.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// The newest revision before the present one whose ReplicaSet is still there: what `rollout undo` would bring back.
/// Of other kinds than Deployments the revisions are not watched.
pub fn before(world: &World, workload: &ObjectRef) -> Option<u64> {
    let key = workload.key().filter(|key| key.kind == Kind::Deployment)?;
    let mut revisions: Vec<u64> = world
        .children(&key)
        .filter(|child| child.kind == Kind::ReplicaSet)
        .filter_map(|child| world.get::<ReplicaSet>(&child.namespace, &child.name))
        .filter_map(|set| number(&set.metadata))
        .collect();
    revisions.sort_unstable();
    let present = world.meta(&key).and_then(number).or(revisions.last().copied())?;
    revisions.into_iter().rfind(|revision| *revision < present)
}

fn number(meta: &Meta) -> Option<u64> {
    meta.annotations.get(REVISION)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::world::{Delta, Object};

    fn world(present: Option<&str>, sets: &[(&str, &str)]) -> World {
        let notes = |revision: Option<&str>| revision.map(|revision| json!({ REVISION: revision }));
        let mut world = World::new("c1".into());
        let deployment =
            json!({"metadata": {"name": "web", "namespace": "shop", "annotations": notes(present)}});
        let deployment = serde_json::from_value(deployment).unwrap();
        world.apply(Delta::Upsert(Object::Deployment(Box::new(deployment))));
        for (name, revision) in sets {
            let owner =
                json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": true}]);
            let set = json!({"metadata": {"name": name, "namespace": "shop", "ownerReferences": owner,
                "annotations": notes(Some(revision))}});
            let set = serde_json::from_value(set).unwrap();
            world.apply(Delta::Upsert(Object::ReplicaSet(Box::new(set))));
        }
        world
    }

    #[test]
    fn only_a_revision_that_is_still_there_can_be_gone_back_to() {
        let web = ObjectRef::new("apps/v1", "Deployment", "shop", "web");
        for (present, sets, want) in [
            (Some("1"), &[("a", "1")][..], None),
            (Some("14"), &[("a", "9"), ("b", "13"), ("c", "14")], Some(13)),
            (None, &[("a", "2"), ("b", "10")], Some(2)),
            (Some("3"), &[("a", "soon")], None),
            (Some("3"), &[], None),
        ] {
            assert_eq!(before(&world(present, sets), &web), want, "{present:?} {sets:?}");
        }
        let set = ObjectRef::new("apps/v1", "StatefulSet", "shop", "web");
        assert_eq!(before(&world(Some("2"), &[("a", "1")]), &set), None);
    }
}
