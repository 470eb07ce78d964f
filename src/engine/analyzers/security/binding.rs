//! Bindings that give everything.

use jiff::Timestamp;

use crate::engine::analyzers::exam::Exam;
use crate::engine::analyzers::messages::brief;
use crate::engine::analyzers::{Analysis, Analyzer, Code, Topic, codes};
use crate::engine::evidence::Evidence;
use crate::engine::finding::Severity;
use crate::engine::kinds::{
    ClusterRole, ClusterRoleBinding, Meta, PolicyRule, Role, RoleBinding, Subject, Watched,
};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::World;

/// Finds RoleBindings to roles with wildcards.
pub struct RoleBindingAnalyzer;

/// Finds ClusterRoleBindings to roles with wildcards.
pub struct ClusterRoleBindingAnalyzer;

macro_rules! analyzer {
    ($analyzer:ident $binding:ident) => {
        impl Analyzer for $analyzer {
            fn name(&self) -> &'static str {
                stringify!($binding)
            }

            fn topic(&self) -> Option<Topic> {
                Some(Topic::Security)
            }

            fn kind(&self) -> Kind {
                Kind::$binding
            }

            fn codes(&self) -> &'static [Code] {
                codes::security::BINDING
            }

            fn reads(&self) -> &'static [Kind] {
                &[]
            }

            fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
                match changed.kind {
                    Kind::$binding => keys.push(changed.clone()),
                    Kind::Role | Kind::ClusterRole => keys.extend(world.referrers_of(changed, self.kind())),
                    _ => {}
                }
            }

            fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
                let mut exam = Exam::new(world, key, now);
                if let Some(binding) = world.get::<$binding>(&key.namespace, &key.name) {
                    check(
                        &mut exam,
                        binding.meta(),
                        &binding.role(),
                        &binding.subjects,
                    );
                }
                exam.analysis
            }
        }
    };
}

analyzer!(RoleBindingAnalyzer RoleBinding);
analyzer!(ClusterRoleBindingAnalyzer ClusterRoleBinding);

/// What the API server makes for itself and for administrators.
fn is_built_in(meta: &Meta, role: &ObjectRef) -> bool {
    meta.name.starts_with("system:")
        || role.name.starts_with("system:")
        || meta.labels.get("kubernetes.io/bootstrapping").is_some()
        || (&*meta.name == "cluster-admin" && &*role.name == "cluster-admin")
}

fn check(exam: &mut Exam, meta: &Meta, role: &ObjectRef, subjects: &[Subject]) {
    if is_built_in(meta, role) || meta.deletion_timestamp.is_some() || subjects.is_empty() {
        return;
    }
    let Some(key) = role.key() else { return };
    let rules: &[PolicyRule] = match key.kind {
        Kind::Role => exam
            .world
            .get::<Role>(&key.namespace, &key.name)
            .map_or(&[], |role| &role.rules),
        _ => exam
            .world
            .get::<ClusterRole>("", &key.name)
            .map_or(&[], |role| &role.rules),
    };
    let Some((index, rule)) = rules.iter().enumerate().find(|(_, rule)| is_wide(rule)) else {
        return;
    };
    let who: Vec<String> = subjects
        .iter()
        .take(3)
        .map(|subject| format!("{} {}", subject.kind, subject.name))
        .collect();
    let may = if has_all(&rule.verbs) {
        "anything"
    } else {
        "what it lists"
    };
    let with = if has_all(&rule.resources) {
        "everything"
    } else {
        "some kinds"
    };
    let mut finding = exam.finding(
        "BindingGivesAll",
        Severity::Info,
        brief(
            &format!("lets {} do {may} with {with} ({})", who.join(", "), role.short()),
            130,
        ),
    );
    let words =
        |list: &[crate::engine::object::Symbol]| list.iter().map(|one| &**one).collect::<Vec<_>>().join(", ");
    finding.message = format!(
        "Rule {index} of {} has a wildcard: verbs {}, resources {}.",
        role.short(),
        words(&rule.verbs),
        words(&rule.resources)
    )
    .into();
    finding.since = meta.creation_timestamp;
    finding.evidence.push(exam.field("roleRef.name", &*role.name));
    for (field, list) in [
        ("verbs", &rule.verbs),
        ("resources", &rule.resources),
        ("apiGroups", &rule.api_groups),
    ] {
        finding.evidence.push(Evidence::field(
            role.clone(),
            format!("rules[{index}].{field}"),
            words(list),
        ));
    }
    exam.report(finding);
}

fn has_all(words: &[crate::engine::object::Symbol]) -> bool {
    words.iter().any(|word| word == "*" || word == "*/*")
}

/// A wildcard over verbs or resources; over paths alone it opens no object.
fn is_wide(rule: &PolicyRule) -> bool {
    let of_paths = rule.resources.is_empty();
    !of_paths && rule.resource_names.is_empty() && (has_all(&rule.verbs) || has_all(&rule.resources))
}
