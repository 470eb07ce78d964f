//! Every state of the screen, at the sizes that people have.

use k8stui::app::message::{LogMessage, Message};
use k8stui::app::theme::Theme;
use k8stui::engine::cluster::{Failure, FailureKind};
use k8stui::engine::coverage::{Coverage, Status};
use k8stui::engine::evidence::{Evidence, Numbered, Source};
use k8stui::engine::finding::Severity;
use k8stui::engine::problem::Problem;
use k8stui::engine::snapshot::{Connection, Snapshot};

use crate::support::console::Console;
use crate::support::fixtures::{self, Draft, ago, live, looked, object, shop};
use crate::support::screen;

/// The sizes of most screens.
pub(super) const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];
/// A phone, or the corner of a tiling window manager.
pub(super) const SMALLEST: (u16, u16) = (40, 12);

/// A snapshot a size: what stands there and how each cell looks.
#[track_caller]
pub(super) fn snapshots(name: &str, sizes: &[(u16, u16)], console: impl Fn(Console) -> Console) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    let _bound = settings.bind_to_scope();
    for (width, height) in sizes {
        let (buffer, _) = console(Console::new(*width, *height)).draw();
        insta::assert_snapshot!(format!("screen_{name}_{width}x{height}"), screen::styled(&buffer));
    }
}

pub(super) fn at_every_size(name: &str, console: impl Fn(Console) -> Console) {
    snapshots(name, &SIZES, &console);
    snapshots(name, &[SMALLEST], console);
}

fn with_connection(connection: Connection) -> Snapshot {
    let mut snapshot = shop();
    snapshot.cluster.connection = connection;
    snapshot
}

#[test]
fn nothing_known_yet() {
    snapshots("connecting", &SIZES, |console| console);
}

#[test]
fn problems() {
    at_every_size("problems", |console| console.snapshot(shop()));
}

#[test]
fn problems_as_in_the_design() {
    snapshots("problems", &[(110, 30)], |console| console.snapshot(shop()));
}

#[test]
fn the_first_seconds() {
    at_every_size("loading", |console| {
        let mut snapshot = with_connection(Connection::Reading {
            read: 3_200,
            expected: Some(10_000),
        });
        snapshot.coverage = Coverage::new(vec![looked("Pod", Status::Reading, 3_200, "")]);
        snapshot.healthy = 3_120;
        snapshot.problems.truncate(2);
        for problem in &mut snapshot.problems {
            *problem = provisional(problem);
        }
        console.snapshot(snapshot)
    });
}

fn provisional(problem: &Problem) -> std::sync::Arc<Problem> {
    let mut problem = problem.clone();
    problem.provisional = true;
    problem.into()
}

#[test]
fn nothing_found_so_far() {
    at_every_size("loading_nothing_yet", |console| {
        let mut snapshot = with_connection(Connection::Reading {
            read: 500,
            expected: None,
        });
        snapshot.problems.clear();
        console.snapshot(snapshot)
    });
}

#[test]
fn nothing_fails() {
    at_every_size("nothing_fails", |console| {
        let mut snapshot = live(Vec::new());
        snapshot.coverage = Coverage::new(vec![looked("Namespace", Status::Ok, 41, "")]);
        console.snapshot(snapshot)
    });
}

#[test]
fn nothing_fails_in_what_can_be_seen() {
    at_every_size("nothing_fails_partly_seen", |console| {
        console.snapshot(live(Vec::new()))
    });
}

#[test]
fn many_kinds_are_forbidden() {
    at_every_size("forbidden", |console| {
        let mut snapshot = shop();
        snapshot.coverage = Coverage::new(
            ["Node", "PersistentVolumeClaim", "Secret", "StorageClass"]
                .map(|kind| looked(kind, Status::Forbidden, 0, "forbidden"))
                .to_vec(),
        );
        console.snapshot(snapshot)
    });
}

#[test]
fn the_connection_is_lost() {
    at_every_size("lost", |console| {
        console.snapshot(with_connection(Connection::Lost {
            since: ago(14),
            retry_at: Some(ago(-3)),
            why: "10.0.0.1:6443 does not answer. k8stui reconnects by itself.".into(),
        }))
    });
}

#[test]
fn the_cluster_was_never_reached() {
    at_every_size("unreachable", |console| {
        let mut snapshot = Snapshot::empty("prod-eu", ago(20));
        snapshot.cluster.connection = Connection::Lost {
            since: ago(20),
            retry_at: Some(ago(-2)),
            why: "401: the token of context prod-eu has expired. Log in again; k8stui reconnects by itself."
                .into(),
        };
        console.snapshot(snapshot)
    });
}

#[test]
fn a_healed_problem() {
    snapshots("healed", &SIZES, |console| console.snapshot(shop()).keys("G"));
}

#[test]
fn one_finding_of_a_problem() {
    snapshots("member", &SIZES, |console| console.snapshot(shop()).keys("jjjj"));
}

#[test]
fn a_new_critical_problem() {
    snapshots("news", &SIZES, |console| {
        let mut snapshot = shop();
        let title = "coredns answers nothing: all lookups in the cluster fail";
        let dns = Draft::new(
            Severity::Critical,
            object("Deployment", "kube-system", "coredns"),
            title,
            2,
        );
        snapshot.problems.insert(0, dns.done());
        console.snapshot(shop()).snapshot(snapshot)
    });
}

#[test]
fn the_filter() {
    at_every_size("filter", |console| console.snapshot(shop()).keys("/payments"));
    snapshots("filter_without_a_match", &SIZES, |console| {
        console.snapshot(shop()).keys("/kafka<enter>")
    });
}

#[test]
fn going_to_something() {
    at_every_size("goto", |console| {
        console
            .snapshot(shop())
            .keys(":ch")
            .names(vec![
                object("Deployment", "shop", "checkout-canary"),
                object("Service", "shop", "checkout"),
            ])
            .keys("<down>")
    });
    snapshots("goto_nothing", &SIZES, |console| {
        console.snapshot(shop()).keys(":deploy/nowhere").names(Vec::new())
    });
    snapshots("visit", &SIZES, |console| {
        console
            .snapshot(shop())
            .keys(":deploy/nowhere")
            .names(vec![object("Deployment", "shop", "cart")])
            .keys("<enter>")
            .yaml(&fixtures::deployment())
    });
}

#[test]
fn help() {
    at_every_size("help", |console| console.snapshot(shop()).keys("?"));
}

#[test]
fn the_overview_alone() {
    at_every_size("overview", |console| console.snapshot(shop()).keys("<enter>"));
}

/// A revision that changed several fields, and a ConfigMap that was written later.
fn with_changes() -> Snapshot {
    let mut problem = (*fixtures::checkout()).clone();
    let change =
        |object, what: &str, values: (Option<&str>, Option<&str>), text: &str, origin: &str, time| Evidence {
            object,
            source: Source::Change {
                path: "spec.template.spec.containers[0]".into(),
                what: what.into(),
                old: values.0.map(Into::into),
                new: values.1.map(Into::into),
                origin: origin.into(),
            },
            time: Some(time),
            text: text.into(),
        };
    let deployment = problem.owner.clone();
    let origin = "revision 13 (works) → 14 by helm-controller";
    let map = object("ConfigMap", "shop", "checkout-settings");
    let (image, limit) = (("shop/checkout:1.4", "shop/checkout:1.5"), ("512Mi", "64Mi"));
    let facts = [
        change(
            deployment.clone(),
            "image",
            (Some(image.0), Some(image.1)),
            "image shop/checkout:1.4 → shop/checkout:1.5",
            origin,
            ago(360),
        ),
        change(
            deployment.clone(),
            "memory limit",
            (Some(limit.0), Some(limit.1)),
            "memory limit 512Mi → 64Mi",
            origin,
            ago(360),
        ),
        change(
            deployment,
            "env DB_PASSWORD",
            (None, None),
            "env DB_PASSWORD changed (its value is not shown)",
            origin,
            ago(360),
        ),
        change(
            map,
            "data written (app.yaml)",
            (None, None),
            "data written (app.yaml)",
            "by kubectl-edit",
            ago(300),
        ),
    ];
    for (n, evidence) in (5..).zip(facts) {
        problem.evidence.push(Numbered { n, evidence });
    }
    live(vec![problem.into()])
}

#[test]
fn the_diff() {
    snapshots("changes", &[(80, 24)], |console| {
        console.snapshot(with_changes()).keys("<enter>")
    });
    snapshots("changes", &[(200, 60)], |console| {
        console.snapshot(with_changes())
    });
}

#[test]
fn evidence() {
    at_every_size("evidence", |console| console.snapshot(shop()).keys("<tab>]j"));
}

#[test]
fn events() {
    at_every_size("events", |console| {
        console.snapshot(shop()).keys("3").events(fixtures::events())
    });
    snapshots("events_none", &SIZES, |console| {
        console.snapshot(shop()).keys("3").events(Vec::new())
    });
}

#[test]
fn yaml_at_the_field_that_proves_it() {
    at_every_size("yaml", |console| {
        console.snapshot(shop()).keys("2").yaml(&fixtures::deployment())
    });
    snapshots("yaml_search", &SIZES, |console| {
        console
            .snapshot(shop())
            .keys("v")
            .yaml(&fixtures::deployment())
            .keys("/label")
    });
    snapshots("yaml_waiting", &SIZES, |console| {
        console.snapshot(shop()).keys("v").wait(2.2)
    });
    snapshots("yaml_gone", &SIZES, |console| {
        console
            .snapshot(shop())
            .keys("v")
            .no_yaml(FailureKind::NotFound, "not found")
    });
    snapshots("yaml_forbidden", &SIZES, |console| {
        let line = "403: you may not get deployments in shop. Ask for the right, or read the events.";
        console
            .snapshot(shop())
            .keys("v")
            .no_yaml(FailureKind::Forbidden, line)
    });
}

const BEFORE: [(&str, &str); 3] = [
    ("10:20:58.114", "GET /health 200 1ms"),
    (
        "10:20:59.900",
        "level=error msg=\"upstream connect refused\" host=orders:8080",
    ),
    (
        "10:21:00",
        "[emerg] 1#1: mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file system)",
    ),
];

fn with_logs(console: Console) -> Console {
    console
        .snapshot(shop())
        .keys("1")
        .log_lines(0, &BEFORE)
        .log(LogMessage::Ended { stream: 0 })
        .log_lines(
            1,
            &[
                ("10:21:31", "nginx/1.14.2 starts"),
                ("10:21:31.4", "\u{1b}[31mred\u{1b}[0m and done"),
            ],
        )
        .wait(0.3)
}

#[test]
fn logs_at_the_line_that_proves_it() {
    at_every_size("logs", with_logs);
    snapshots("logs_search", &SIZES, |console| with_logs(console).keys("/nginx"));
    snapshots("logs_waiting", &SIZES, |console| {
        console.snapshot(shop()).keys("l").wait(3.0)
    });
    snapshots("logs_forbidden", &SIZES, |console| {
        let fail = |stream| LogMessage::Failed {
            stream,
            failure: Failure {
                kind: FailureKind::Forbidden,
                what: "403: you may not read logs in shop. Ask for `get` on `pods/log`.".into(),
            },
        };
        let mut console = console.snapshot(shop()).keys("l");
        for stream in 0..6 {
            console = console.log(fail(stream));
        }
        console
    });
    snapshots("logs_none", &SIZES, |console| {
        console.snapshot(shop()).keys("gjjjjjjl")
    });
}

#[test]
fn a_command_is_copied() {
    at_every_size("copied", |console| {
        console.snapshot(shop()).keys("y").message(Message::Copied {
            text: "kubectl -n shop rollout undo deployment/checkout".into(),
            result: Ok(k8stui::app::clipboard::Route::System),
        })
    });
}

#[test]
fn too_small() {
    snapshots("too_small", &[(39, 12), (40, 11), (8, 3), (1, 1)], |console| {
        console.snapshot(shop())
    });
}

#[test]
fn without_colour() {
    snapshots("monochrome", &[(80, 24)], |console| {
        console.theme(Theme::monochrome()).snapshot(shop())
    });
}

#[test]
fn times_of_day() {
    snapshots("absolute_times", &[(110, 30)], |console| {
        console.snapshot(shop()).keys("t")
    });
}

#[test]
fn a_cause_heals_before_what_followed_from_it() {
    at_every_size("cause_healed", |console| {
        let mut healing = shop();
        let mut problem = (*healing.problems[0]).clone();
        let pods = problem
            .members
            .iter_mut()
            .filter(|member| *member.finding.object.kind == *"Pod");
        pods.for_each(|member| member.healed = Some(ago(65)));
        problem.diagnosis.fix = "Nothing is to be changed: the cause has healed.".into();
        problem.diagnosis.commands.retain(|command| !command.mutates);
        healing.problems[0] = problem.into();
        console.snapshot(healing)
    });
}
