//! Going to anything by its name, and talking about the cluster as a whole.

use k8stui::app::detail::Tab;
use k8stui::app::message::Effect;
use k8stui::app::model::{Pane, Place};
use k8stui::engine::evidence::dossier::Subject;
use k8stui::engine::object::ObjectRef;

use crate::support::console::Console;
use crate::support::fixtures::{self, live, shop};

fn deployment(name: &str) -> ObjectRef {
    ObjectRef::new("apps/v1", "Deployment", "shop", name)
}

/// A console in which `typed` was typed behind `:`, and the engine knows one object of that name.
fn going(console: Console, typed: &str) -> Console {
    console.keys(":").keys(typed).names(vec![deployment("cart")])
}

#[test]
fn what_is_typed_is_looked_for_among_problems_and_objects() {
    let mut console = Console::new(120, 40).snapshot(shop()).keys(":ca");
    let asked = console
        .take_effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::FindNames { typed, .. } => Some(typed),
            _ => None,
        });
    assert_eq!(asked.collect::<Vec<_>>(), ["c", "ca"]);
    let screen = console.keys("<esc>").snapshot(shop());
    let screen = going(screen, "cart").screen();
    assert!(
        screen.contains("Deployment") && screen.contains("shop/cart"),
        "{screen}"
    );
}

#[test]
fn an_object_that_is_part_of_a_problem_leads_to_its_row() {
    let console = Console::new(120, 40).snapshot(shop()).keys("G:checkout<enter>");
    let row = console.model.tree.selected().unwrap();
    assert_eq!(&*row.problem.owner.name, "checkout");
    let member = row.problem.members[1].finding.object.clone();
    let console = console.keys("G:").keys(&member.name).names(vec![member.clone()]);
    // The problem itself holds that name too, and comes first.
    let console = console.keys("<down><enter>");
    assert_eq!(*console.model.tree.selected().unwrap().object(), member);
    assert_eq!(console.model.visit, None);
}

#[test]
fn an_object_without_a_problem_has_a_page_of_its_own() {
    let console = Console::new(120, 40).snapshot(shop());
    let selected = console.model.tree.selected().unwrap().problem.id.clone();
    let console = going(console, "deploy/cart").keys("<enter>");
    assert_eq!(
        (console.model.pane, console.model.detail.tab),
        (Pane::Detail, Tab::Yaml)
    );
    let console = console.yaml(&fixtures::deployment());
    assert!(console.screen().contains("Deployment/shop/cart"));
    // A snapshot does not take it away, and its tabs are its own.
    let mut console = console.snapshot(shop()).keys("]");
    let asked = console.take_effects();
    let Some(Effect::ReadEvents { objects, .. }) = asked.last() else {
        panic!("{asked:?}")
    };
    assert_eq!(*objects, [deployment("cart")]);
    let mut console = console.keys("]");
    let asked = console.take_effects();
    let Some(Effect::OpenChat { subject, .. }) = asked.last() else {
        panic!("{asked:?}")
    };
    assert_eq!(*subject, Subject::Object(deployment("cart")));
    let console = console.keys("<esc>");
    assert_eq!(console.model.place, Place::Home);
    let console = console.keys("<tab><esc>");
    assert_eq!(console.model.visit, None);
    assert_eq!(console.model.tree.selected().unwrap().problem.id, selected);
}

#[test]
fn where_nothing_fails_any_object_can_be_looked_at() {
    let console = Console::new(80, 24).snapshot(live(Vec::new()));
    let console = going(console, "cart")
        .keys("<enter>")
        .yaml(&fixtures::deployment());
    assert!(
        console.screen().contains("kind: Deployment"),
        "{}",
        console.screen()
    );
    assert!(console.keys("<esc>").screen().contains("Nothing is failing"));
}

#[test]
fn a_name_that_is_not_watched_is_asked_for() {
    let mut console = Console::new(120, 40)
        .snapshot(shop())
        .keys(":cm/shop/settings<enter>");
    let asked = console.take_effects();
    let Some(Effect::ReadYaml { object, .. }) = asked.last() else {
        panic!("{asked:?}")
    };
    assert_eq!(object.path(), "ConfigMap/shop/settings");
    let console = console.keys("<esc>:nothing like it<enter>");
    assert!(console.model.toast.unwrap().text.contains("nowhere to be found"));
}

#[test]
fn a_namespace_narrows_the_tree_and_a_problem_answers_to_its_id() {
    let console = Console::new(120, 40).snapshot(shop()).keys(":payments<enter>");
    assert_eq!(console.model.filter.text(), "payments");
    let id = console.model.snapshot.problems[0].id.clone();
    let console = console.keys("<esc>G:").keys(&id).keys("<enter>");
    assert_eq!(console.model.tree.selected().unwrap().problem.id, id);
}

#[test]
fn escape_leaves_and_tab_completes() {
    let console = Console::new(120, 40).snapshot(shop()).keys(":x<esc>");
    assert_eq!(console.model.prompt, None);
    let console = going(console, "deploy/cart").keys("<tab>");
    assert!(
        console.screen().contains(": Deployment/shop/cart"),
        "{}",
        console.screen()
    );
}

#[test]
fn one_chat_is_about_the_cluster_as_a_whole() {
    let mut console = Console::new(120, 40).snapshot(shop()).keys("c");
    let asked = console.take_effects();
    let Some(Effect::OpenChat { subject, session, .. }) = asked.last() else {
        panic!("{asked:?}")
    };
    assert_eq!(*subject, Subject::Cluster);
    let session = session.clone();
    let console = console.keys("<esc>jc");
    assert_eq!(console.model.chats.len(), 1, "it goes on");
    assert_eq!(*console.model.current_chat().unwrap().session.id(), session);
    assert!(
        console.screen().contains("prod-eu › the cluster"),
        "{}",
        console.screen()
    );
}
