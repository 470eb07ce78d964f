//! Topics: names for several kinds, or for what is looked for in many.

use super::Covers;
use crate::engine::analyzers::{self, Analyzer, Code, Topic, prometheus};

/// A topic by its name: it stands for several kinds, or for what is looked for in many.
pub(super) struct Named {
    pub name: &'static str,
    /// What K8sGPT calls parts of it.
    pub also: &'static [&'static str],
    parts: Parts,
    pub about: &'static str,
}

/// Where it is said what belongs to a topic.
#[derive(Clone, Copy)]
enum Parts {
    /// The analyzers say it ([`Analyzer::topic`]).
    Of(Topic),
    /// All kinds of an API group, and these codes.
    Group(&'static str, &'static [Code]),
}

/// The topics, in order of name.
pub(super) const TOPICS: &[Named] = &[
    Named {
        name: "Finalizer",
        also: &[],
        parts: Parts::Of(Topic::Finalizer),
        about: "what was deleted and is kept by a finalizer, of any native kind",
    },
    Named {
        name: "Prometheus",
        also: &["PrometheusConfigValidate", "PrometheusConfigRelabelReport"],
        parts: Parts::Group("monitoring.coreos.com", prometheus::CODES),
        about: "a running Prometheus and the objects of its operator",
    },
    Named {
        name: "Security",
        also: &[],
        parts: Parts::Of(Topic::Security),
        about: "accounts and bindings, and what pods may do: what is allowed more than need be",
    },
    Named {
        name: "Storage",
        also: &[],
        parts: Parts::Of(Topic::Storage),
        about: "claims, volumes, classes and attachments",
    },
];

impl Named {
    /// What it covers, as its analyzers say.
    pub fn covers(&self) -> Covers {
        let topic = match self.parts {
            Parts::Group(group, codes) => {
                let codes = codes.iter().map(|code| code.code).collect();
                return Covers::Group { group, codes };
            }
            Parts::Of(topic) => topic,
        };
        let mut all = everyone();
        all.retain(|analyzer| analyzer.topic() == Some(topic));
        let (mut kinds, mut codes) = (Vec::new(), Vec::new());
        for analyzer in all {
            if analyzer.name() == analyzer.kind().name() {
                kinds.push(analyzer.kind());
            }
            codes.extend(analyzer.codes().iter().map(|code| code.code));
        }
        Covers::Topic { kinds, codes }
    }
}

/// Every analyzer, also those that are asked apart.
pub(super) fn everyone() -> Vec<Box<dyn Analyzer>> {
    analyzers::all().into_iter().chain(analyzers::posture()).collect()
}
