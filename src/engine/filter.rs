//! Filters: parts of what is looked at, by name, to be asked for or switched off.
//!
//! A filter is a kind (`Pod`, `po`, `Rollout.argoproj.io`) or a topic that has many (`Storage`). K8sGPT's names mean
//! here what they mean there.

use std::fmt;
use std::sync::LazyLock;

use super::analyzers;
use super::analyzers::declared::Catalog;
use super::evidence::Source;
use super::finding::Finding;
use super::named::is_kind;
use super::object::{Kind, ObjectRef, Text};
use super::problem::Problem;

/// A topic: it has a name of its own and stands for several kinds.
struct Topic {
    name: &'static str,
    /// What K8sGPT calls parts of it.
    also: &'static [&'static str],
    /// Its kinds; an analyzer that bears its name belongs to it whatever it is about.
    kinds: &'static [&'static str],
    about: &'static str,
}

const TOPICS: &[Topic] = &[
    Topic {
        name: "Storage",
        also: &[],
        kinds: &[
            "PersistentVolumeClaim",
            "PersistentVolume",
            "StorageClass",
            "VolumeAttachment",
        ],
        about: "claims, volumes, classes and attachments",
    },
    Topic {
        name: "Security",
        also: &[],
        kinds: &[
            "ServiceAccount",
            "Role",
            "RoleBinding",
            "ClusterRole",
            "ClusterRoleBinding",
        ],
        about: "accounts, roles and bindings, and what pods may do",
    },
    Topic {
        name: "Prometheus",
        also: &["PrometheusConfigValidate", "PrometheusConfigRelabelReport"],
        kinds: &[
            "Prometheus",
            "PrometheusAgent",
            "PrometheusRule",
            "Alertmanager",
            "ServiceMonitor",
            "PodMonitor",
            "Probe",
            "ThanosRuler",
        ],
        about: "a running Prometheus and the objects of its operator",
    },
];

/// What is found by reading logs.
const LOG: &str = "Log";
/// Whatever a CustomResourceDefinition adds.
const CUSTOM: &str = "CustomResource";

#[derive(Clone, Debug, PartialEq, Eq)]
enum Covers {
    /// Objects of a kind, in that group where it was said.
    Kind { kind: Text, group: Option<Text> },
    /// Objects of these kinds, and findings with these codes.
    Topic {
        kinds: &'static [&'static str],
        codes: Vec<&'static str>,
    },
    /// Findings that a log shows.
    Logs,
    /// Objects of kinds that no cluster has by itself.
    Customs,
}

/// A part of what is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    name: Text,
    covers: Covers,
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A filter as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// What it is, in words.
    pub about: String,
}

impl Filter {
    /// The filter that a word means: any case, short names and plurals too. `Kind.group` is taken as it is, since
    /// which custom kinds there are is known only in a cluster.
    pub fn parse(word: &str) -> Option<Self> {
        let is = |name: &str| name.eq_ignore_ascii_case(word);
        let filter = |name: &str, covers| Self {
            name: name.into(),
            covers,
        };
        if is(LOG) || is("Logs") {
            return Some(filter(LOG, Covers::Logs));
        }
        if is(CUSTOM) || is("CustomResources") {
            return Some(filter(CUSTOM, Covers::Customs));
        }
        let topic = TOPICS
            .iter()
            .find(|topic| is(topic.name) || topic.also.iter().any(|also| is(also)));
        if let Some(topic) = topic {
            return Some(filter(topic.name, topic.covers()));
        }
        if let Some((kind, group)) = word.split_once('.') {
            let sound = !kind.is_empty() && !group.is_empty() && !word.contains([' ', '/']);
            return sound.then(|| {
                filter(
                    word,
                    Covers::Kind {
                        kind: kind.into(),
                        group: Some(group.into()),
                    },
                )
            });
        }
        let native = Kind::ALL.iter().map(|kind| kind.name());
        let kind = native
            .map(str::to_owned)
            .find(|kind| is_kind(word, kind))
            .or_else(|| {
                let mut declared = DECLARED.iter().map(|declared| declared.kind.clone());
                declared.find(|kind| is_kind(word, kind))
            })?;
        let covers = Covers::Kind {
            kind: kind.as_str().into(),
            group: None,
        };
        Some(filter(&kind, covers))
    }

    /// Its name, as it is written into the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is about logs: switched off, none is read.
    pub fn is_log(&self) -> bool {
        self.covers == Covers::Logs
    }

    /// Whether a finding is of this part.
    pub fn covers(&self, finding: &Finding) -> bool {
        let object = &finding.object;
        match &self.covers {
            Covers::Kind { kind, group: None } => is_kind(kind, &object.kind),
            Covers::Kind {
                kind,
                group: Some(group),
            } => is_kind(kind, &object.kind) && group.eq_ignore_ascii_case(object.group()),
            Covers::Topic { kinds, codes } => {
                kinds.contains(&&*object.kind) || codes.contains(&&*finding.code)
            }
            Covers::Logs => finding
                .evidence
                .iter()
                .any(|fact| matches!(fact.source, Source::Log { .. })),
            Covers::Customs => is_custom(object),
        }
    }
}

impl Topic {
    fn covers(&self) -> Covers {
        let analyzers = analyzers::all();
        let of_that_name = analyzers.iter().filter(|analyzer| analyzer.name() == self.name);
        Covers::Topic {
            kinds: self.kinds,
            codes: of_that_name
                .flat_map(|analyzer| analyzer.codes())
                .map(|code| code.code)
                .collect(),
        }
    }
}

fn is_custom(object: &ObjectRef) -> bool {
    !Kind::ALL
        .iter()
        .any(|kind| *kind.name() == *object.kind && kind.group() == object.group())
}

/// A kind that a built-in file is about.
struct DeclaredKind {
    kind: String,
    group: String,
    file: String,
}

/// Read once: to compile the files' expressions takes longer than to look all filters up.
static DECLARED: LazyLock<Vec<DeclaredKind>> = LazyLock::new(|| {
    let catalog = Catalog::builtin();
    let kinds = catalog.all().iter().flat_map(|declared| {
        let kinds = declared.kinds.iter().filter(|kind| *kind != "*");
        kinds.map(|kind| DeclaredKind {
            kind: kind.clone(),
            group: declared.group.clone(),
            file: declared.file.clone(),
        })
    });
    kinds.collect()
});

/// Whether those filters hide a problem when they are switched off: each of its members is of one of them. What is
/// found by other means too is shown.
pub fn hide(off: &[Filter], problem: &Problem) -> bool {
    let hidden = |finding: &Finding| {
        off.iter()
            .any(|filter| !filter.is_log() && filter.covers(finding))
    };
    !off.is_empty() && problem.members.iter().all(|member| hidden(&member.finding))
}

/// Every filter, in order of name: the topics, the kinds with an analyzer of their own, those of declared analyzers.
/// Others can be named too: any kind that is watched, and `Kind.group`.
pub fn all() -> Vec<Listed> {
    let listed = |name: &str, about: String| Listed {
        name: name.to_owned(),
        about,
    };
    let mut all = vec![
        listed(
            LOG,
            "what the logs of failing containers say; asked for by name, some of healthy ones too".to_owned(),
        ),
        listed(CUSTOM, "any kind that a CustomResourceDefinition adds".to_owned()),
    ];
    all.extend(
        TOPICS
            .iter()
            .map(|topic| listed(topic.name, topic.about.to_owned())),
    );
    for analyzer in analyzers::all() {
        let kind = analyzer.kind();
        // Analyzers that bear a topic's name belong to it.
        if analyzer.name() == kind.name() {
            let group = if kind.group().is_empty() {
                "core"
            } else {
                kind.group()
            };
            all.push(listed(kind.name(), format!("{} ({group})", kind.plural())));
        }
    }
    for declared in DECLARED.iter() {
        let about = format!("{} ({})", declared.group, declared.file);
        all.push(listed(&declared.kind, about));
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all.dedup_by(|a, b| a.name == b.name);
    all
}

/// Every word that is certainly a filter's name, for those who look for the nearest one.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = all().into_iter().map(|listed| listed.name).collect();
    names.extend(Kind::ALL.iter().map(|kind| kind.name().to_owned()));
    names.extend(
        TOPICS
            .iter()
            .flat_map(|topic| topic.also)
            .map(|also| (*also).to_owned()),
    );
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::evidence::Evidence;
    use crate::engine::finding::Severity;

    fn finding(api_version: &str, kind: &str) -> Finding {
        let object = ObjectRef::new(api_version, kind, "shop", "web");
        Finding::new("Code", Severity::Warning, object, "is broken")
    }

    #[test]
    fn every_name_of_k8sgpt_is_a_filter() {
        for name in [
            "Pod",
            "Deployment",
            "ReplicaSet",
            "PersistentVolumeClaim",
            "Service",
            "Ingress",
            "StatefulSet",
            "CronJob",
            "Job",
            "DaemonSet",
            "Node",
            "ValidatingWebhookConfiguration",
            "MutatingWebhookConfiguration",
            "ConfigMap",
            "HorizontalPodAutoscaler",
            "PodDisruptionBudget",
            "NetworkPolicy",
            "Log",
            "GatewayClass",
            "Gateway",
            "HTTPRoute",
            "Storage",
            "Security",
            "ClusterCatalog",
            "ClusterExtension",
            "ClusterServiceVersion",
            "Subscription",
            "InstallPlan",
            "CatalogSource",
            "OperatorGroup",
            "ScaledObject",
            "PolicyReport",
            "ClusterPolicyReport",
            "PrometheusConfigValidate",
            "PrometheusConfigRelabelReport",
        ] {
            assert!(Filter::parse(name).is_some(), "{name}");
            assert!(Filter::parse(&name.to_lowercase()).is_some(), "{name}");
        }
    }

    #[test]
    fn every_filter_that_is_listed_can_be_named() {
        for listed in all() {
            let filter = Filter::parse(&listed.name).unwrap_or_else(|| panic!("{}", listed.name));
            assert_eq!(filter.name(), listed.name);
        }
        assert!(names().iter().all(|name| Filter::parse(name).is_some()));
    }

    #[test]
    fn a_filter_covers_what_it_names() {
        for (word, api_version, kind, covers) in [
            ("po", "v1", "Pod", true),
            ("PODS", "v1", "Pod", true),
            ("Pod", "v1", "Service", false),
            ("storage", "storage.k8s.io/v1", "StorageClass", true),
            ("Security", "v1", "Pod", false),
            ("customresource", "argoproj.io/v1alpha1", "Rollout", true),
            ("customresource", "apps/v1", "Deployment", false),
            ("rollouts", "argoproj.io/v1alpha1", "Rollout", true),
            ("widget.example.io", "example.io/v1", "Widget", true),
            ("widget.example.io", "example.org/v1", "Widget", false),
        ] {
            let filter = Filter::parse(word).unwrap();
            assert_eq!(
                filter.covers(&finding(api_version, kind)),
                covers,
                "{word} {kind}"
            );
        }
        let mut said = finding("v1", "Pod");
        let log = Filter::parse("Log").unwrap();
        assert!(!log.covers(&said));
        said.evidence.push(Evidence {
            object: said.object.clone(),
            source: Source::Log {
                container: "web".into(),
                container_id: "".into(),
                previous: false,
            },
            time: None,
            text: "fatal".into(),
        });
        assert!(log.covers(&said));
        for word in ["", "nonsense", ".example.io", "widget.", "a b.c"] {
            assert_eq!(Filter::parse(word), None, "{word}");
        }
    }
}
