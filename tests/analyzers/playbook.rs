//! The playbook: every built-in file is sound, every code has words, commands are lines that a person may paste.

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
