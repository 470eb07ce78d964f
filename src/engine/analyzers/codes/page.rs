//! docs/analyzers.md, made of what analyzers say of themselves.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::Code;
use crate::engine::analyzers::custom::CODES;
use crate::engine::analyzers::declared::{Catalog, Declared, Rule};
use crate::engine::analyzers::{self, Analyzer};
use crate::engine::finding::Severity;

const HEAD: &str = "\
# Analyzers

What is looked at, and every code that a finding can have. This page is made of what the analyzers say of themselves
(`K8STUI_WRITE_DOCS=1 cargo test analyzers_page` writes it anew); `k8stui analyzers list` prints the same with those of
your own. Codes are stable: scripts and the playbook go by them.

Severities: **critical** users are hit or data are at risk, **warning** degraded or will be, **info** hygiene or intent,
hidden unless asked for. Of a pod that belongs to a Job, critical is warning. Where a kind may not be read, or has not
been read yet, nothing is said of what is absent from it.
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
    for analyzer in in_order() {
        let codes = analyzer.codes();
        if codes.is_empty() {
            continue;
        }
        let kind = analyzer.kind();
        let group = if kind.group().is_empty() {
            "core"
        } else {
            kind.group()
        };
        let _ = write!(page, "\n## {} ({group})\n", analyzer.name());
        for code in codes {
            native(&mut page, code);
        }
    }
    let _ = write!(page, "\n{CUSTOM}");
    for (code, means) in CODES {
        let _ = write!(page, "\n- **`{code}`**: {means}.\n");
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
    let mut codes: BTreeSet<String> = CODES.iter().map(|(code, _)| (*code).to_owned()).collect();
    for analyzer in analyzers::all() {
        codes.extend(analyzer.codes().iter().map(|code| code.code.to_owned()));
    }
    for declared in Catalog::builtin().all() {
        codes.extend(declared.rules().iter().map(|rule| rule.code.to_string()));
    }
    codes
}

/// By name; of several with the same codes the first.
fn in_order() -> Vec<Box<dyn Analyzer>> {
    let mut all = analyzers::all();
    all.sort_by_key(|analyzer| analyzer.name());
    all.dedup_by(|a, b| a.codes() == b.codes() && a.name() == b.name());
    all
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
