//! What is known about an object with which nothing was found wrong.

use super::plan::Section;
use crate::engine::evidence::dossier::{Dossier, SoundObject};

/// The question that such a seed ends with.
pub(super) const QUESTION: &str = "\
## Question
Is anything wrong with this object, or about to be? Say so if what is here does not decide it.
";

/// The object, and what its silence means.
pub(super) fn what(dossier: &Dossier, sound: &SoundObject) -> Section {
    let mut section = Section::new(|_, _| "## Object".to_owned());
    section.must(sound.object.to_string());
    section.must(
        if sound.watched {
            "nothing was found wrong with it"
        } else {
            "objects of this kind are not analyzed: whether it is healthy is not known"
        }
        .to_owned(),
    );
    if let Some((all, ready)) = sound.pods.filter(|_| &*sound.object.kind != "Pod") {
        section.must(format!("pods: {all}, of which {ready} are ready"));
    }
    if dossier.owners.len() > 1 {
        let path: Vec<String> = dossier.owners.iter().map(ToString::to_string).collect();
        section.line(2, format!("owned by: {}", path.join(" -> ")));
    }
    section.must(super::cluster(dossier));
    section
}
