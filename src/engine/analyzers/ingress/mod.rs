//! Ingresses: nobody takes them, or what they lead to is not there.

mod backends;
mod class;
mod conflict;
mod tls;

use jiff::Timestamp;

use super::backend::changed_service;
use super::exam::Exam;
use super::{Analysis, Analyzer, Code, codes};
use crate::engine::kinds::Ingress;
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds Ingresses through which nobody gets where they should.
pub struct IngressAnalyzer;

impl Analyzer for IngressAnalyzer {
    fn name(&self) -> &'static str {
        "Ingress"
    }

    fn kind(&self) -> Kind {
        Kind::Ingress
    }

    fn codes(&self) -> &'static [Code] {
        codes::ingress::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[
            Kind::IngressClass,
            Kind::Service,
            Kind::EndpointSlice,
            Kind::Secret,
        ]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::Ingress => {
                keys.push(changed.clone());
                if let Some(ingress) = world.get::<Ingress>(&changed.namespace, &changed.name) {
                    let others = ingress.spec.rules.iter();
                    keys.extend(others.flat_map(|rule| world.ingresses_of(&rule.host)).cloned());
                }
            }
            Kind::Service | Kind::EndpointSlice => {
                let service = changed_service(world, changed);
                keys.extend(
                    service
                        .iter()
                        .flat_map(|service| world.referrers_of(service, Kind::Ingress)),
                );
            }
            Kind::Secret => keys.extend(world.referrers_of(changed, Kind::Ingress)),
            // A class comes or goes rarely, and one that is the default speaks for those that name none.
            Kind::IngressClass => keys.extend(world.keys(Kind::Ingress)),
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let ingress = world
            .get::<Ingress>(&key.namespace, &key.name)
            .filter(|ingress| ingress.metadata.deletion_timestamp.is_none());
        if let Some(ingress) = ingress {
            class::check(&mut exam, ingress);
            backends::check(&mut exam, ingress);
            tls::check(&mut exam, ingress);
            conflict::check(&mut exam, ingress);
        }
        exam.analysis
    }
}

/// Whether someone has said where the Ingress is reached: then someone takes it, whatever its class says.
fn is_served(ingress: &Ingress) -> bool {
    !ingress.status.load_balancer.ingress.is_empty()
}
