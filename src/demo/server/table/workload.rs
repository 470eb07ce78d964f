//! Rows of what runs pods.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::age::{age, short};
use super::{Cells, Printer, at, containers, created, list, name, number, selector, text};

const fn column(name: &'static str, kind: &'static str) -> super::Column {
    (name, kind, false)
}

const fn wide(name: &'static str) -> super::Column {
    (name, "string", true)
}

pub(super) const DEPLOYMENTS: Printer = Printer {
    columns: &[
        column("Name", "string"),
        column("Ready", "string"),
        column("Up-to-date", "string"),
        column("Available", "string"),
        column("Age", "string"),
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells: |object, now| {
        let mut cells = vec![
            name(object),
            json!(format!(
                "{}/{}",
                number(object, "/status/readyReplicas"),
                number(object, "/spec/replicas")
            )),
            json!(number(object, "/status/updatedReplicas").to_string()),
            json!(number(object, "/status/availableReplicas").to_string()),
            created(object, now),
        ];
        cells.extend(template(object));
        cells
    },
};

pub(super) const REPLICASETS: Printer = Printer {
    columns: &[
        column("Name", "string"),
        column("Desired", "integer"),
        column("Current", "integer"),
        column("Ready", "integer"),
        column("Age", "string"),
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells: |object, now| {
        let mut cells = vec![
            name(object),
            json!(number(object, "/spec/replicas")),
            json!(number(object, "/status/replicas")),
            json!(number(object, "/status/readyReplicas")),
            created(object, now),
        ];
        cells.extend(template(object));
        cells
    },
};

pub(super) const STATEFULSETS: Printer = Printer {
    columns: &[
        column("Name", "string"),
        column("Ready", "string"),
        column("Age", "string"),
        wide("Containers"),
        wide("Images"),
    ],
    cells: |object, now| {
        vec![
            name(object),
            json!(format!(
                "{}/{}",
                number(object, "/status/readyReplicas"),
                number(object, "/spec/replicas")
            )),
            created(object, now),
            containers(object, "name"),
            containers(object, "image"),
        ]
    },
};

pub(super) const DAEMONSETS: Printer = Printer {
    columns: &[
        column("Name", "string"),
        column("Desired", "integer"),
        column("Current", "integer"),
        column("Ready", "integer"),
        column("Up-to-date", "integer"),
        column("Available", "integer"),
        column("Node Selector", "string"),
        column("Age", "string"),
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells: |object, now| {
        let mut cells = vec![
            name(object),
            json!(number(object, "/status/desiredNumberScheduled")),
            json!(number(object, "/status/currentNumberScheduled")),
            json!(number(object, "/status/numberReady")),
            json!(number(object, "/status/updatedNumberScheduled")),
            json!(number(object, "/status/numberAvailable")),
            selector(object, "/spec/template/spec/nodeSelector"),
            created(object, now),
        ];
        cells.extend(template(object));
        cells
    },
};

pub(super) const JOBS: Printer = Printer {
    columns: &[
        column("Name", "string"),
        column("Status", "string"),
        column("Completions", "string"),
        column("Duration", "string"),
        column("Age", "string"),
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells: |object, now| {
        let is = |kind: &str| {
            list(object, "/status/conditions")
                .iter()
                .any(|c| text(c, "/type") == kind && text(c, "/status") == "True")
        };
        let status = [
            ("Complete", "Complete"),
            ("Failed", "Failed"),
            ("Suspended", "Suspended"),
        ]
        .into_iter()
        .find(|(kind, _)| is(kind))
        .map_or("Running", |(_, word)| word);
        let completions = at(object, "/spec/completions").as_i64().unwrap_or(1);
        let mut cells = vec![
            name(object),
            json!(status),
            json!(format!("{}/{completions}", number(object, "/status/succeeded"))),
            json!(duration(object, now)),
            created(object, now),
        ];
        cells.extend(template(object));
        cells
    },
};

pub(super) const CRONJOBS: Printer = Printer {
    columns: &[
        column("Name", "string"),
        column("Schedule", "string"),
        column("Timezone", "string"),
        column("Suspend", "boolean"),
        column("Active", "integer"),
        column("Last Schedule", "string"),
        column("Age", "string"),
    ],
    cells: |object, now| {
        let last = match text(object, "/status/lastScheduleTime") {
            "" => "<none>".to_owned(),
            time => age(time, now),
        };
        let zone = text(object, "/spec/timeZone");
        vec![
            name(object),
            at(object, "/spec/schedule"),
            json!(if zone.is_empty() { "<none>" } else { zone }),
            json!(at(object, "/spec/suspend") == json!(true)),
            json!(list(object, "/status/active").len()),
            json!(last),
            created(object, now),
        ]
    },
};

fn template(object: &Value) -> Cells {
    vec![
        containers(object, "name"),
        containers(object, "image"),
        selector(object, "/spec/selector/matchLabels"),
    ]
}

fn duration(job: &Value, now: Timestamp) -> String {
    let Ok(start) = text(job, "/status/startTime").parse::<Timestamp>() else {
        return String::new();
    };
    let end = text(job, "/status/completionTime").parse().unwrap_or(now);
    short(end.duration_since(start).as_secs())
}
