//! What is linked in: licences, one TLS stack, one runtime, one clock. The same rules as `deny.toml`, which needs a
//! tool that a fresh machine does not have.

use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand, PackageId};

const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// What must not be linked in, and what there is instead.
const BANNED: &[(&str, &str)] = &[
    ("openssl", "one TLS stack: rustls with ring"),
    ("native-tls", "one TLS stack: rustls with ring"),
    ("aws-lc-rs", "one TLS stack: rustls with ring"),
    ("async-std", "one runtime: tokio"),
    ("smol", "one runtime: tokio"),
    ("chrono", "one clock: jiff"),
    ("onig", "pure Rust regular expressions"),
    ("serde_yaml", "no longer kept: serde-saphyr"),
];

/// Of these there must be one version: two would be two stacks.
const SINGLE: &[&str] = &[
    "tokio",
    "rustls",
    "ring",
    "hyper",
    "kube-client",
    "k8s-openapi",
    "ratatui-core",
    "crossterm",
    "jiff",
];

fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap()
        .to_owned()
}

fn metadata() -> Metadata {
    let options = ["--locked".to_owned(), "--filter-platform".to_owned(), host()];
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .other_options(options)
        .exec()
        .unwrap()
}

/// Whether an SPDX expression can be met by the licences above. Knows what crates write: OR, AND, `/`, parentheses.
fn permitted(expression: &str) -> bool {
    let expression = expression.replace(" / ", " OR ").replace('/', " OR ");
    // No crate nests: AND binds parenthesised or plain groups of alternatives.
    if expression.contains(" AND ") {
        return expression
            .split(" AND ")
            .all(|part| permitted(part.trim_matches(['(', ')', ' '])));
    }
    expression
        .split(" OR ")
        .any(|licence| LICENCES.contains(&licence.trim_matches(['(', ')', ' '])))
}

#[test]
fn licence_expressions_are_understood() {
    for good in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/Apache-2.0",
        "(MIT OR GPL-2.0) AND Unicode-3.0",
        "Apache-2.0 / MIT",
    ] {
        assert!(permitted(good), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "LGPL-2.1-or-later", ""] {
        assert!(!permitted(bad), "{bad}");
    }
}

#[test]
fn every_licence_is_permitted() {
    let metadata = metadata();
    let linked: Vec<&PackageId> = metadata
        .resolve
        .as_ref()
        .unwrap()
        .nodes
        .iter()
        .map(|node| &node.id)
        .collect();
    let wrong: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| linked.contains(&&package.id))
        .filter(|package| !permitted(package.license.as_deref().unwrap_or("")))
        .map(|package| format!("{} {}: {:?}", package.name, package.version, package.license))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_banned_is_linked_and_no_stack_is_doubled() {
    let metadata = metadata();
    let linked: Vec<&PackageId> = metadata
        .resolve
        .as_ref()
        .unwrap()
        .nodes
        .iter()
        .map(|node| &node.id)
        .collect();
    let count = |name: &str| {
        metadata
            .packages
            .iter()
            .filter(|package| *package.name == *name && linked.contains(&&package.id))
            .count()
    };
    for (name, instead) in BANNED {
        assert_eq!(count(name), 0, "{name} is linked in; {instead}");
    }
    for name in SINGLE {
        assert_eq!(count(name), 1, "versions of {name}");
    }
}

#[test]
fn the_project_states_its_licence_and_compiler() {
    let metadata = metadata();
    let project = metadata
        .packages
        .iter()
        .find(|package| *package.name == *"k8stui")
        .unwrap();
    assert_eq!(project.license.as_deref(), Some("Apache-2.0"));
    assert!(project.rust_version.is_some());
    assert!(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/LICENSE")).exists());
}
