//! Images that run here and are like one that cannot be pulled: the name or the tag that was meant is often among them.

use std::collections::BTreeMap;

use super::Core;
use crate::engine::analyzers::alike;
use crate::engine::evidence::dossier::RunningImage;
use crate::engine::kinds::Pod;
use crate::engine::object::{ObjectRef, Text};
use crate::engine::problem::Problem;

/// What is said of images that do not come.
const NOT_PULLED: &[&str] = &["ImagePullFailed", "ImageInvalid", "ImageNeverPull"];

/// So many are named.
const IMAGES: usize = 6;

impl Core {
    /// The images of ready containers that are like the one that a problem is about: first those that differ in their
    /// tag or registry, then those of nearly the same name. Empty where it is about something else.
    pub(super) fn images_like(&self, problem: &Problem) -> Vec<RunningImage> {
        let Some(root) = problem.root() else {
            return Vec::new();
        };
        let finding = &root.finding;
        let wanted = self.image_of(&finding.object, finding.container.as_deref());
        let Some(wanted) = wanted.filter(|_| NOT_PULLED.contains(&&*finding.code)) else {
            return Vec::new();
        };
        let mut running: BTreeMap<&str, usize> = BTreeMap::new();
        for pod in self.world.all::<Pod>() {
            for status in pod.status.container_statuses.iter().filter(|status| status.ready) {
                if let Some((_, _, container)) = pod.container(&status.name) {
                    *running.entry(&container.image).or_default() += 1;
                }
            }
        }
        let mut like: Vec<(u8, &str, usize)> = running
            .into_iter()
            .filter(|(image, _)| *image != wanted)
            .filter_map(|(image, pods)| Some((unlike(wanted, image)?, image, pods)))
            .collect();
        like.sort_by_key(|(unlike, image, pods)| (*unlike, std::cmp::Reverse(*pods), *image));
        like.into_iter()
            .take(IMAGES)
            .map(|(_, image, pods)| RunningImage {
                image: image.into(),
                containers: pods,
            })
            .collect()
    }

    fn image_of(&self, pod: &ObjectRef, container: Option<&str>) -> Option<&str> {
        let pod = self.world.get::<Pod>(&pod.namespace, &pod.name)?;
        let (_, _, container) = pod.container(container?)?;
        Some(&container.image)
    }
}

/// How unlike two images are; `None` if they have nothing to do with each other.
fn unlike(wanted: &str, image: &str) -> Option<u8> {
    let (wanted, image) = (repository(wanted), repository(image));
    let last = |repository: &str| -> Text { repository.rsplit('/').next().unwrap_or_default().into() };
    if wanted == image {
        return Some(0);
    }
    let (one, other) = (last(wanted), last(image));
    if one == other {
        return Some(1);
    }
    alike::is_mistyped(&one, &other).then_some(2)
}

/// An image without tag and digest.
fn repository(image: &str) -> &str {
    let image = image.split_once('@').map_or(image, |(name, _)| name);
    match image.rsplit_once(':') {
        // What follows the colon of a registry's port has a slash in it.
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_registries_and_typing_errors_are_told_apart() {
        for (wanted, image, want) in [
            ("nginx:1.99", "nginx:1.25", Some(0)),
            (
                "registry:5000/shop/web:2",
                "registry:5000/shop/web@sha256:ab",
                Some(0),
            ),
            ("registry:5000/shop/web:2", "mirror/web:2", Some(1)),
            ("httddd:2", "httpd:2.4", Some(2)),
            ("nginx:1", "redis:7", None),
        ] {
            assert_eq!(unlike(wanted, image), want, "{wanted} {image}");
        }
    }
}
