//! What the playbook says of an object with which nothing was found wrong.

use std::fmt::Write;

use super::answers::{events, gaps, logs, no_model};
use super::lines::plain;
use super::topics::Topic;
use crate::engine::coverage::Status;
use crate::engine::evidence::dossier::{Dossier, SoundObject};

/// What a topic means of such an object.
pub(super) fn answer(topic: Topic, dossier: &Dossier, sound: &SoundObject) -> String {
    match topic {
        Topic::Logs => logs(dossier),
        Topic::Events => events(dossier),
        Topic::Gaps => gaps(dossier),
        Topic::Help => no_model(),
        Topic::Changes
        | Topic::Since
        | Topic::Affected
        | Topic::Sure
        | Topic::Commands
        | Topic::Fix
        | Topic::Why => verdict(dossier, sound),
    }
}

/// Nothing was found, and what that is worth.
pub(super) fn verdict(dossier: &Dossier, sound: &SoundObject) -> String {
    let name = plain(&sound.object.path());
    let mut text = if sound.watched {
        format!("**Nothing was found wrong with {name}.**")
    } else {
        format!(
            "**Objects of the kind {} are not analyzed: whether {name} is healthy is not known.** No problem names it.",
            plain(&sound.object.kind)
        )
    };
    if let Some((all, ready)) = sound.pods.filter(|_| &*sound.object.kind != "Pod") {
        let _ = write!(text, " {ready} of {all} pods under it are ready.");
    }
    if let [_, .., top] = dossier.owners.as_slice() {
        let _ = write!(text, " It belongs to {}.", plain(&top.path()));
    }
    text.push('\n');
    let kinds = |wanted: Status| {
        let entries = dossier.coverage.entries.iter();
        entries
            .filter(|entry| &*entry.what == "kind" && entry.status == wanted)
            .count()
    };
    let warnings = dossier.events.iter().filter(|event| event.warning).count();
    let some = |n: usize, one: &str, many: &str| match n {
        0 => format!("no {one}"),
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    };
    let _ = writeln!(
        text,
        "\nLooked at: {}; {} about it ({}); {} of its containers.",
        some(kinds(Status::Ok), "kind of objects", "kinds of objects"),
        some(dossier.events.len(), "event", "events"),
        some(warnings, "warning", "warnings"),
        some(dossier.logs.len(), "log", "logs")
    );
    if warnings > 0 {
        let _ = write!(text, "\n{}", events(dossier));
    }
    if !dossier.coverage.complete {
        let _ = write!(text, "\n{}", gaps(dossier));
    }
    text
}
