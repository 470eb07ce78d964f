//! Templates: texts with `{words}` that a finding or a pattern's group fills in. JSON in a command needs no escaping:
//! only lower-case names between braces are words.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::engine::analyzers::quantity;
use crate::engine::finding::Finding;
use crate::engine::object::ObjectRef;

#[expect(
    clippy::unwrap_used,
    reason = "constant pattern, compiled by the tests of this module"
)]
static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{(?P<word>[a-z][a-z0-9_.]*)(?:\|(?P<filter>[a-z]+))?\}").unwrap());

/// A part of a sentence that is left out where a word in it is not known.
#[expect(
    clippy::unwrap_used,
    reason = "constant pattern, compiled by the tests of this module"
)]
static PART: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[\[(?P<part>.*?)\]\]").unwrap());

/// The words that a finding gives; not every finding has all.
const KNOWN: &[&str] = &[
    "namespace",
    "name",
    "kind",
    "pod",
    "node",
    "container",
    "subject",
    "previous",
    "title",
    "message",
    "owner",
    "owner.kind",
    "owner.name",
    "workload",
    "object",
    "culprit",
    "culprit.kind",
    "culprit.name",
    "culprit.namespace",
    "revision.before",
];

/// Workloads whose template can be changed in place.
const WORKLOADS: &[&str] = &[
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
];

/// The first word of a template that nothing could ever fill in.
pub(super) fn unknown_word(template: &str, groups: &[String]) -> Option<String> {
    WORD.captures_iter(template)
        .filter_map(|found| Some(found.name("word")?.as_str().to_owned()))
        .find(|word| !KNOWN.contains(&word.as_str()) && !groups.contains(word))
}

/// What fills in the words.
pub(super) struct Words {
    words: BTreeMap<String, String>,
}

impl Words {
    pub fn new(root: &Finding, captures: BTreeMap<String, String>, before: Option<u64>) -> Self {
        let mut words = BTreeMap::new();
        let mut put = |word: &str, value: &str| {
            if !value.is_empty() {
                words.insert(word.to_owned(), value.to_owned());
            }
        };
        let object = &root.object;
        put("namespace", &object.namespace);
        put("name", &object.name);
        put("kind", &object.kind.to_lowercase());
        put("object", &slashed(object));
        match &*object.kind {
            "Pod" => put("pod", &object.name),
            "Node" => put("node", &object.name),
            _ => {}
        }
        put("container", root.container.as_deref().unwrap_or_default());
        put("subject", &root.subject);
        put("title", &root.title);
        put("message", &root.message);
        put("owner", &slashed(&root.owner));
        put("owner.kind", &root.owner.kind.to_lowercase());
        put("owner.name", &root.owner.name);
        if WORKLOADS.contains(&&*root.owner.kind) {
            put("workload", &slashed(&root.owner));
        }
        if let Some(culprit) = &root.culprit {
            put("culprit", &slashed(culprit));
            put("culprit.kind", &culprit.kind.to_lowercase());
            put("culprit.name", &culprit.name);
            put("culprit.namespace", &culprit.namespace);
        }
        if let Some(before) = before {
            put("revision.before", &before.to_string());
        }
        // What is over and not started again has one instance only.
        let once = &*root.code == "ContainerExited" || matches!(&*root.owner.kind, "Job" | "CronJob");
        words.insert(
            "previous".to_owned(),
            if once { "--tail=100" } else { "--previous" }.to_owned(),
        );
        words.extend(captures);
        Self { words }
    }

    /// A sentence; `None` if a word is missing outside a part that may be left out.
    pub fn prose(&self, template: &str) -> Option<String> {
        let as_is = |value: &str, _: &str| Some(value.to_owned());
        let whole = PART.replace_all(template.trim(), |found: &Captures| {
            let part = found.name("part").map_or("", |part| part.as_str());
            self.fill(part, as_is).unwrap_or_default()
        });
        self.fill(&whole, as_is)
    }

    /// A command line, each word quoted where the shell would read it otherwise; `None` if a word is missing, or
    /// stands between quotes already and would not stay there.
    pub fn command(&self, template: &str) -> Option<String> {
        let write = |value: &str, before: &str| {
            let quoted = shell(value);
            let inside = before.matches('\'').count() % 2 == 1;
            (!inside || matches!(quoted, Cow::Borrowed(_))).then(|| quoted.into_owned())
        };
        // Parts that are left out go first: what a value says is never read as a template.
        let known = |found: &Captures| {
            let part = found.name("part").map_or("", |part| part.as_str());
            let whole = self.fill(part, |value, _| Some(value.to_owned())).is_some();
            if whole { part.to_owned() } else { String::new() }
        };
        self.fill(&PART.replace_all(template.trim(), known), write)
    }

    /// The template with its words; `write` says how a value stands behind what is before it.
    fn fill(&self, template: &str, write: impl Fn(&str, &str) -> Option<String>) -> Option<String> {
        let mut complete = true;
        let text = WORD.replace_all(template, |found: &Captures| {
            let start = found.get(0).map_or(0, |whole| whole.start());
            let before = template.get(..start).unwrap_or_default();
            let value = found
                .name("word")
                .and_then(|word| self.words.get(word.as_str()))
                .and_then(|value| filter(found.name("filter").map(|filter| filter.as_str()), value))
                .and_then(|value| write(&value, before));
            complete &= value.is_some();
            value.unwrap_or_default()
        });
        complete.then(|| text.into_owned())
    }
}

fn slashed(object: &ObjectRef) -> String {
    // Kinds that definitions add are asked for with their group: others may have the name too.
    let group = object.group();
    let kind = object.kind.to_lowercase();
    if object.is_custom() && !group.is_empty() {
        format!("{kind}.{group}/{}", object.name)
    } else {
        format!("{kind}/{}", object.name)
    }
}

fn filter(name: Option<&str>, value: &str) -> Option<String> {
    match name {
        None => Some(value.to_owned()),
        Some("double") => quantity::doubled(value),
        Some("lower") => Some(value.to_lowercase()),
        // Of a path; never the root.
        Some("folder") => Some(value.rsplit_once('/')?.0.to_owned()).filter(|folder| !folder.is_empty()),
        Some(_) => None,
    }
}

/// A word of a shell's command line.
fn shell(value: &str) -> Cow<'_, str> {
    let plain = !value.is_empty()
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&byte));
    if plain {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(format!("'{}'", value.replace('\'', "'\\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::finding::Severity;

    #[test]
    fn words_are_filled_in_and_quoted() {
        let mut finding = Finding::new(
            "ContainerCrashLoop",
            Severity::Critical,
            ObjectRef::new("v1", "Pod", "shop", "web-1"),
            "t",
        );
        finding.owner = ObjectRef::new("apps/v1", "Deployment", "shop", "web");
        finding.container = Some("web".into());
        let captures = [
            ("limit".to_owned(), "64Mi".to_owned()),
            ("evil".to_owned(), "a'; rm -rf /".to_owned()),
            ("path".to_owned(), "/var/cache/nginx/client_temp".to_owned()),
            ("top".to_owned(), "/tmp".to_owned()),
        ];
        let words = Words::new(&finding, captures.into(), Some(13));
        for (template, want) in [
            (
                "kubectl -n {namespace} set resources {workload} -c {container} --limits=memory={limit|double}",
                Some("kubectl -n shop set resources deployment/web -c web --limits=memory=128Mi"),
            ),
            ("echo {evil}", Some("echo 'a'\\''; rm -rf /'")),
            (
                "-p '{\"spec\":{\"x\":1}}' {pod}",
                Some("-p '{\"spec\":{\"x\":1}}' web-1"),
            ),
            ("-p '{\"x\":\"{evil}\"}'", None),
            (
                "rollout undo {workload} --to-revision={revision.before}",
                Some("rollout undo deployment/web --to-revision=13"),
            ),
            ("{culprit.name}", None),
            ("get [[-n {culprit.namespace} ]]{pod}", Some("get web-1")),
            ("get [[-n {namespace} ]]{pod}", Some("get -n shop web-1")),
            ("{evil|double}", None),
            ("{path|folder}", Some("/var/cache/nginx")),
            ("{top|folder}", None),
        ] {
            assert_eq!(words.command(template).as_deref(), want, "{template}");
        }
        assert_eq!(words.prose("limit {limit}").as_deref(), Some("limit 64Mi"));
        assert_eq!(
            words.prose("a[[, {culprit.name}]][[ or {limit}]].").as_deref(),
            Some("a or 64Mi.")
        );
        assert_eq!(unknown_word("{pod} {x}", &[]).as_deref(), Some("x"));
    }

    #[test]
    fn an_owner_without_a_template_has_no_workload() {
        let finding = Finding::new(
            "x",
            Severity::Info,
            ObjectRef::new("batch/v1", "Job", "a", "b"),
            "t",
        );
        let words = Words::new(&finding, BTreeMap::new(), None);
        assert_eq!(words.command("{workload}"), None);
        assert_eq!(words.command("{owner}").as_deref(), Some("job/b"));
    }
}
