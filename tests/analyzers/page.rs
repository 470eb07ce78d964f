//! docs/analyzers.md is what the analyzers say of themselves, and leaves out nothing that they find.

use std::collections::BTreeSet;
use std::path::Path;

use k8stui::engine::analyzers::custom::CODES;
use k8stui::engine::analyzers::{self, Analyzer, codes, prometheus};
use k8stui::engine::finding::Severity;
use k8stui::engine::object::Kind;
use regex::Regex;

use super::corpus::{expected_codes, found_of_customs, worlds};

fn everyone() -> Vec<Box<dyn Analyzer>> {
    analyzers::all().into_iter().chain(analyzers::posture()).collect()
}

#[test]
fn analyzers_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/analyzers.md");
    let page = codes::page();
    if std::env::var_os("K8STUI_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    let differs = page.lines().zip(written.lines()).find(|(new, old)| new != old);
    assert!(
        page == written,
        "docs/analyzers.md is old: K8STUI_WRITE_DOCS=1 cargo test analyzers_page\n{differs:?}"
    );
}

#[test]
fn analyzers_page_describes_every_code_of_the_corpus() {
    let described = codes::described();
    let missing: Vec<String> = expected_codes().difference(&described).cloned().collect();
    assert!(
        missing.is_empty(),
        "describe them in `Analyzer::codes`: {missing:#?}"
    );
}

#[test]
fn analyzers_page_has_each_code_once_and_says_something_of_it() {
    let mut seen = BTreeSet::new();
    let sections = [analyzers::all(), analyzers::posture()].map(|all| codes::sections(&all));
    let native = sections.iter().flatten();
    let native = native.map(|section| (section.name(), &*section.codes));
    let apart = [("any custom resource", CODES), ("Prometheus", prometheus::CODES)];
    let apart = apart.map(|(name, codes)| (name.to_owned(), codes));
    for (name, codes) in native.chain(apart) {
        assert!(!codes.is_empty(), "{name} says nothing of what it finds");
        for code in codes {
            assert!(seen.insert(code.code), "{} twice, in {name} too", code.code);
            let severities: BTreeSet<Severity> = code.severity.iter().copied().collect();
            assert_eq!(severities.len(), code.severity.len(), "{}", code.code);
            assert!(!severities.is_empty(), "{}", code.code);
            for text in [code.meaning, code.fires, code.silent] {
                let sound = !text.is_empty() && !text.contains("  ") && text.trim() == text;
                assert!(sound, "{}: {text:?}", code.code);
            }
            for sentence in [code.fires, code.silent] {
                assert!(sentence.ends_with('.'), "{}: {sentence:?}", code.code);
            }
            assert!(!code.meaning.ends_with('.'), "{}", code.code);
        }
    }
}

/// In all worlds of the corpus an analyzer finds only what it says that it finds, and as bad as it says; and each of
/// its codes is found in one of them.
#[test]
fn analyzers_page_says_of_each_analyzer_what_it_finds() {
    let looking = everyone();
    let mut found = BTreeSet::new();
    let mut wrong = BTreeSet::new();
    for (case, world, now) in worlds() {
        for analyzer in &looking {
            for key in analyzer.keys(&world, None) {
                for finding in analyzer.analyze(&world, &key, now).findings {
                    let mut codes = analyzer.codes().iter();
                    let said = codes.find(|code| *code.code == *finding.code);
                    if said.is_none_or(|said| !said.severity.contains(&finding.severity)) {
                        let words = format!("{} as {}", finding.code, finding.severity);
                        wrong.insert(format!("{}: {words}, in {case}", analyzer.name()));
                    }
                    found.insert(finding.code.to_string());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "found and not said: {wrong:#?}");
    let codes = looking.iter().flat_map(|analyzer| analyzer.codes());
    let never: BTreeSet<&str> = codes
        .map(|code| code.code)
        .filter(|code| !found.contains(*code))
        .collect();
    assert!(never.is_empty(), "described, and no case finds them: {never:#?}");
}

/// The same of the analyzer that is about any custom resource.
#[test]
fn analyzers_page_says_of_any_custom_resource_what_is_found() {
    let mut found = BTreeSet::new();
    for (case, finding) in found_of_customs() {
        let Some(said) = CODES.iter().find(|code| *code.code == *finding.code) else {
            // What a file says of its own codes is on the page as it stands there.
            continue;
        };
        let (code, severity) = (&finding.code, finding.severity);
        assert!(
            said.severity.contains(&severity),
            "{code} as {severity}, in {case}"
        );
        found.insert(code.to_string());
    }
    for code in CODES {
        assert!(found.contains(code.code), "no case finds {}", code.code);
    }
}

/// The code that an analyzer's text gives to a finding, in each of the ways in which these are written.
const WRITTEN: &[&str] = &[
    r#"\b(?:finding\w*|Finding::new|plain|refused|start|code)\(\s*(?:[&\w.]+,\s*)*"(?P<code>WORD)""#,
    r#"\(\s*"(?P<code>WORD)",\s*(?:Severity::|format!|title\b|")"#,
    r#"=> "(?P<code>WORD)",\n"#,
    r#"(?:refused|unavailable): [^"\n]*"(?P<code>WORD)""#,
    r#"\{\s*"(?P<code>WORD)"\s*\}"#,
    r#"pub const \w+: &str = "(?P<code>WORD)";"#,
];

fn sources(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // What is there to describe, to understand and to declare: no finding is made in these.
            if !["codes", "messages", "logs", "declared"].contains(&&*name) {
                sources(&path, texts);
            }
        } else {
            let text = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            texts.push(code.to_owned());
        }
    }
}

/// Also a code that no case has been written for yet.
#[test]
fn analyzers_page_describes_every_code_of_the_sources() {
    let mut texts = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    sources(&root.join("src/engine/analyzers"), &mut texts);
    let kinds: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let mut written = BTreeSet::new();
    for pattern in WRITTEN {
        let pattern = Regex::new(&pattern.replace("WORD", r"[A-Z]\w*[a-z][A-Z]\w*")).unwrap();
        for text in &texts {
            let codes = pattern.captures_iter(text).map(|found| found["code"].to_owned());
            written.extend(codes.filter(|code| !kinds.contains(code.as_str())));
        }
    }
    let described = codes::described();
    let missing: Vec<&String> = written.difference(&described).collect();
    assert!(
        missing.is_empty(),
        "describe them in `Analyzer::codes`: {missing:#?}"
    );
    // This test is not blind: it sees each code that is described.
    let looking = everyone();
    let codes = looking.iter().flat_map(|analyzer| analyzer.codes());
    let unseen: BTreeSet<&str> = codes
        .map(|code| code.code)
        .filter(|code| !written.contains(*code))
        .collect();
    assert!(
        unseen.is_empty(),
        "written in a way that WRITTEN lacks: {unseen:#?}"
    );
}
