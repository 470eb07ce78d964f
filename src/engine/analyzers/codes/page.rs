//! docs/analyzers.md, made of what analyzers say of themselves.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Code, Section, sections};
use crate::engine::analyzers::custom::CODES;
use crate::engine::analyzers::declared::{Catalog, Declared, Rule};
use crate::engine::analyzers::{self, prometheus};
use crate::engine::finding::Severity;

const HEAD: &str = "\
# Analyzers

What is looked at, and every code that a finding can have. This page is made of what the analyzers say of themselves
(`K8STUI_WRITE_DOCS=1 cargo test analyzers_page` writes it anew); `k8stui analyzers list` prints the same with those of
your own. Codes are stable: scripts and the playbook go by them.

Severities: **critical** users are hit or data are at risk, **warning** degraded or will be, **info** hygiene or intent,
hidden unless asked for. Of a pod that belongs to a Job, critical is warning, and information where the Job tries again
or its CronJob has succeeded since; of an ephemeral container it is information. Where a kind may not be read, or has not
been read yet, nothing is said of what is absent from it. What follows from another finding is told as its symptom.
";

const POSTURE: &str = "\
## What is allowed more than need be

None of this is a fault, and of nearly every workload there is something to say: it is asked for with `--severity info`
or `--filter Security`.
";

const PROMETHEUS: &str = "\
## The configuration of a running Prometheus

Read from the ConfigMap that its pod mounts ([how it is found](prometheus.md)). The objects of its operator are further
below.
";

const CUSTOM: &str = "\
## Any custom resource

What every custom resource says by the conventions of the ecosystem: conditions by their polarity, `observedGeneration`,
`phase`, `state` and `health`. It is asked where no analyzer below has anything to say. Silent on what is switched off
or suspended (information, where it was failing when it was), on what is on its way for less than 10 min or unknown for
less than 15 min, on a fault of less than 20 s, on a status that is older than the spec for less than 5 min, on runs
that failed more than a day ago, and on condition types that nobody knows.
";

const DECLARED: &str = "\
## Custom resources with an analyzer of their own

These are data, in `analyzers/` ([how they are written](declared-analyzers.md)); a file of your own with the same code for
the same kind comes first. Silent on what is being deleted, is switched off, or whose controller has not yet seen what
is asked. The condition is the expression of the file.
";

/// The page.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    // Writing to a String cannot fail.
    for section in sections(&analyzers::all()) {
        of_section(&mut page, &section, "##");
    }
    let _ = write!(page, "\n{POSTURE}");
    for section in sections(&analyzers::posture()) {
        of_section(&mut page, &section, "###");
    }
    let _ = write!(page, "\n{PROMETHEUS}");
    for code in prometheus::CODES {
        native(&mut page, code);
    }
    let _ = write!(page, "\n{CUSTOM}");
    for code in CODES {
        native(&mut page, code);
    }
    let _ = write!(page, "\n{DECLARED}");
    for declared in Catalog::builtin().all() {
        if !declared.rules().is_empty() {
            of_file(&mut page, declared);
        }
    }
    page
}

/// Every code that the page describes.
pub fn described() -> BTreeSet<String> {
    let apart = CODES.iter().chain(prometheus::CODES);
    let mut codes: BTreeSet<String> = apart.map(|code| code.code.to_owned()).collect();
    for analyzer in analyzers::all().iter().chain(&analyzers::posture()) {
        codes.extend(analyzer.codes().iter().map(|code| code.code.to_owned()));
    }
    for declared in Catalog::builtin().all() {
        codes.extend(declared.rules().iter().map(|rule| rule.code.to_string()));
    }
    codes
}

fn of_section(page: &mut String, section: &Section, mark: &str) {
    let name = section.name();
    let _ = match section.group() {
        Some("") if section.is_of_kind() => writeln!(page, "\n{mark} {name} (core)"),
        Some(group) if section.is_of_kind() => writeln!(page, "\n{mark} {name} ({group})"),
        _ => {
            let kinds: Vec<&str> = section.kinds.iter().map(|kind| kind.name()).collect();
            writeln!(page, "\n{mark} {name}\n\nOf {}.", kinds.join(", "))
        }
    };
    for code in &section.codes {
        native(page, code);
    }
}

fn native(page: &mut String, code: &Code) {
    let severities: Vec<&str> = code
        .severity
        .iter()
        .map(|severity| Severity::name(*severity))
        .collect();
    let _ = write!(
        page,
        "\n- **`{}`** ({}): {}.\n  - Found: {}\n  - Not found: {}\n",
        code.code,
        severities.join(", "),
        code.meaning,
        code.fires,
        code.silent
    );
}

fn of_file(page: &mut String, declared: &Declared) {
    let _ = write!(
        page,
        "\n### {} ({})\n\n{}, from `analyzers/{}`.\n",
        declared.kinds.join(", ").replace('*', "\\*"),
        declared.group.replace('*', "\\*"),
        capital(declared.about.trim().trim_end_matches('.')),
        declared.file
    );
    for rule in declared.rules() {
        of_rule(page, rule);
    }
}

fn of_rule(page: &mut String, rule: &Rule) {
    let means = rule.means.trim().trim_end_matches('.');
    let severity = match rule.severity() {
        constant if Severity::ALL.iter().any(|one| one.name() == constant) => constant.to_owned(),
        template => format!("`{}`", one_line(template)),
    };
    let _ = write!(page, "\n- **`{}`** ({severity}): {means}.\n", rule.code);
    if let Some(each) = rule.each() {
        let _ = writeln!(page, "  - For each of: `{}`", one_line(each));
    }
    if let Some(when) = rule.when() {
        let _ = writeln!(page, "  - Found: `{}`", one_line(when));
    }
    if let Some(seconds) = rule.grace() {
        let _ = writeln!(page, "  - Not found: in the first {seconds} s");
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
