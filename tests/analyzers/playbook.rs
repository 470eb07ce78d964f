//! The playbook: every built-in file is sound, every code has words, commands are lines that a person may paste.

use k8stui::engine::analyzers::custom::CODES;
use k8stui::engine::analyzers::declared::{Catalog, Declared};
use k8stui::engine::evidence::Numbered;
use k8stui::engine::finding::{Finding, Severity};
use k8stui::engine::object::ObjectRef;
use k8stui::engine::playbook::Playbook;
use k8stui::engine::problem::Confidence;

#[test]
fn every_built_in_file_is_sound() {
    let files = Playbook::builtin_files();
    assert!(files.len() >= 8);
    for (name, text) in files {
        Playbook::parse([(name, text)]).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn every_code_about_custom_resources_has_words_and_a_page_to_read() {
    let catalog = Catalog::builtin();
    let declared = catalog.all().iter().flat_map(Declared::rules);
    let mut codes: Vec<&str> = declared.map(|rule| &*rule.code).collect();
    codes.extend(CODES.iter().map(|code| code.code));
    let playbook = Playbook::builtin();
    for code in codes {
        let object = ObjectRef::new("example.io/v1", "Widget", "shop", "web");
        let mut finding = Finding::new(code, Severity::Warning, object.clone(), "what is wrong");
        finding.message = "what the controller says".into();
        finding.culprit = Some(object);
        let diagnosis = playbook.diagnose(&finding, &[], None);
        let docs = diagnosis.docs.as_deref().unwrap_or_default();
        assert!(docs.starts_with("https://"), "{code} has no page");
        assert!(!diagnosis.commands.is_empty(), "{code} has no command");
        for command in &diagnosis.commands {
            let command = &*command.command;
            assert!(command.starts_with("kubectl "), "{code}: {command}");
            assert!(
                !command.contains("[[") && !command.contains('{') || command.contains(" -p "),
                "{command}"
            );
        }
    }
}

#[test]
fn a_kind_without_namespaces_is_asked_for_without_one() {
    let playbook = Playbook::builtin();
    let object = |namespace: &str| ObjectRef::new("rds.aws.upbound.io/v1beta1", "Instance", namespace, "db");
    let commands = |namespace: &str| {
        let finding = Finding::new("CrossplaneNotSynced", Severity::Warning, object(namespace), "t");
        let diagnosis = playbook.diagnose(
            &Finding {
                message: "m".into(),
                ..finding
            },
            &[],
            None,
        );
        diagnosis
            .commands
            .into_iter()
            .map(|one| one.command)
            .collect::<Vec<_>>()
    };
    assert!(commands("").contains(&"kubectl describe instance.rds.aws.upbound.io/db".into()));
    assert!(commands("shop").contains(&"kubectl -n shop describe instance.rds.aws.upbound.io/db".into()));
}

fn pod_finding(code: &str, title: &str) -> Finding {
    let mut finding = Finding::new(
        code,
        Severity::Critical,
        ObjectRef::new("v1", "Pod", "shop", "web-1"),
        title,
    );
    finding.owner = ObjectRef::new("apps/v1", "Deployment", "shop", "web");
    finding.container = Some("web".into());
    finding.subject = "web".into();
    finding.message = "what the message says".into();
    finding
}

#[test]
fn every_code_has_a_fallback() {
    let playbook = Playbook::builtin();
    let mut codes: Vec<&str> = playbook.codes().filter(|code| *code != "*").collect();
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        let diagnosis = playbook.diagnose(
            &pod_finding(code, "a title that no signature knows"),
            &[] as &[Numbered],
            None,
        );
        assert!(!diagnosis.cause.is_empty() && !diagnosis.fix.is_empty(), "{code}");
    }
    let unknown = playbook.diagnose(&pod_finding("OfAUser", "own rule"), &[], None);
    assert_eq!(
        (&*unknown.cause, unknown.confidence),
        ("own rule", Confidence::Possible)
    );
}

#[test]
fn a_users_file_comes_first_and_its_fault_has_a_place() {
    let mine = "- codes: [ContainerCrashLoop]\n  when: [{title: 'boom (?P<n>\\d+)'}]\n  confidence: certain\n  \
                cause: mine {n}\n  fix: f\n";
    let files = [("mine.yaml", mine)].into_iter().chain(Playbook::builtin_files());
    let playbook = Playbook::parse(files).unwrap();
    let diagnosis = playbook.diagnose(&pod_finding("ContainerCrashLoop", "boom 7"), &[], None);
    assert_eq!(&*diagnosis.cause, "mine 7");
    let error = Playbook::parse([("mine.yaml", "- codes: [A]\n  confidence: sure\n")]).unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("mine.yaml", 2), "{error}");
}

#[test]
fn words_of_the_cluster_cannot_leave_their_place_in_a_command() {
    let mut finding = pod_finding("ContainerCrashLoop", "KeyError");
    finding.owner = ObjectRef::new("apps/v1", "Deployment", "shop", "web; rm -rf /");
    for command in Playbook::builtin().diagnose(&finding, &[], None).commands {
        assert!(
            !command.command.contains("web; rm") || command.command.contains("'deployment/web; rm -rf /'")
        );
        assert!(command.command.starts_with("kubectl "), "{}", command.command);
        assert!(!command.command.contains('\n'));
    }
}
