//! Filters: parts of what is looked at, by name, to be asked for or switched off.
//!
//! A filter is a kind (`Pod`, `po`, `Rollout.argoproj.io`) or a topic that has many (`Storage`). K8sGPT's names mean
//! here what they mean there.

#[cfg(test)]
mod tests;
mod topic;

use std::fmt;
use std::sync::LazyLock;

use self::topic::{TOPICS, everyone};
use super::analyzers::declared::Catalog;
use super::analyzers::{self, Analyzer, LOG_SHOWS_ERROR};
use super::evidence::{Evidence, Source};
use super::finding::Finding;
use super::named::is_kind;
use super::object::{Kind, ObjectRef, Text};
use super::problem::Problem;

/// What is found by reading logs.
const LOG: &str = "Log";
/// Whatever a CustomResourceDefinition adds.
const CUSTOM: &str = "CustomResource";
/// Before the name of an analyzer of other people, in its filter as in the code of what it finds.
const REMOTE: &str = "Custom/";

#[derive(Clone, Debug, PartialEq, Eq)]
enum Covers {
    /// Objects of a kind, in that group where it was said.
    Kind { kind: Text, group: Option<Text> },
    /// Objects of these kinds, and findings with these codes.
    Topic {
        kinds: Vec<Kind>,
        codes: Vec<&'static str>,
    },
    /// Objects of any kind of an API group, and findings with these codes.
    Group {
        group: &'static str,
        codes: Vec<&'static str>,
    },
    /// Findings with a code: what a custom analyzer says.
    Code,
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
        if let Some(name) = word.strip_prefix(REMOTE) {
            let sound = !name.is_empty() && !name.contains([' ', '/']);
            return sound.then(|| filter(word, Covers::Code));
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

    /// Whether it asks for what is allowed more than need be ([`analyzers::posture`]): for such codes, or for a kind
    /// of which nothing else is said.
    pub fn asks_for_posture(&self) -> bool {
        analyzers::posture().iter().any(|analyzer| match &self.covers {
            Covers::Topic { codes, .. } => analyzer.codes().iter().any(|one| codes.contains(&one.code)),
            Covers::Kind { kind, .. } => {
                let is_its = |other: &dyn Analyzer| is_kind(kind, other.name());
                is_its(analyzer.as_ref()) && !analyzers::all().iter().any(|other| is_its(other.as_ref()))
            }
            Covers::Group { .. } | Covers::Code | Covers::Logs | Covers::Customs => false,
        })
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
                let kind = object.key().map(|key| key.kind);
                kind.is_some_and(|kind| kinds.contains(&kind)) || codes.contains(&&*finding.code)
            }
            Covers::Group { group, codes } => {
                group.eq_ignore_ascii_case(object.group()) || codes.contains(&&*finding.code)
            }
            Covers::Code => finding.code == self.name,
            Covers::Logs => {
                let from_log = |fact: &Evidence| matches!(fact.source, Source::Log { .. });
                *finding.code == *LOG_SHOWS_ERROR || finding.evidence.iter().any(from_log)
            }
            Covers::Customs => is_custom(object),
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
    for analyzer in everyone() {
        let kind = analyzer.kind();
        // Those that bear a topic's name are listed with it.
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

/// The filter of an analyzer of other people, by its name.
pub fn remote(name: &str) -> Listed {
    Listed {
        name: format!("{REMOTE}{name}"),
        about: "an analyzer of your configuration, asked over gRPC".to_owned(),
    }
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
