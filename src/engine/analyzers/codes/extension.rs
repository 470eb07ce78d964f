//! The codes of findings about what is added to the API: APIServices and CustomResourceDefinitions.

use super::Code;
use crate::engine::finding::Severity::Warning;

/// Of APIServices.
pub const API_SERVICE: &[Code] = &[Code {
    code: "APIServiceUnavailable",
    severity: &[Warning],
    meaning: "a part of the API is served by a Service that does not answer",
    fires: "Available is not True, for a minute: the Service does not exist, has not the port, nobody \
             behind it is ready, or it does not answer. Where nothing has set the condition, a Service \
             that does not exist is enough.",
    silent: "Parts that the API server serves itself (no spec.service); the first minute; an \
             APIService that is being deleted.",
}];

/// Of CustomResourceDefinitions.
pub const DEFINITION: &[Code] = &[
    Code {
        code: "DefinitionNotConverted",
        severity: &[Warning],
        meaning: "nobody converts the objects of a custom kind between its versions",
        fires: "spec.conversion names a webhook whose Service does not exist, has not the port (443 if \
             none is said) or has nobody ready behind it, for a minute.",
        silent: "Conversion by strategy None; webhooks by URL, which cannot be seen from here; Services \
             or endpoints that could not be read.",
    },
    Code {
        code: "DefinitionNotServed",
        severity: &[Warning],
        meaning: "a custom kind is not served",
        fires: "NamesAccepted or Established is False for a minute: its names belong to another kind, or \
             the API server does not take it.",
        silent: "The first minute after that; a definition that is being deleted.",
    },
];
