//! What extends the API and who may: APIService, CustomResourceDefinition, CertificateSigningRequest.

use serde::Deserialize;

use super::admission::{WebhookClient, present};
use super::{Condition, Meta, nullable};
use crate::engine::object::{ObjectRef, Symbol, Text};

kind!(
    /// A version of a group of the API, and who serves it.
    APIService, APIServiceSpec, APIServiceStatus
);
kind!(
    /// A CustomResourceDefinition.
    CustomResourceDefinition, CustomResourceDefinitionSpec, CustomResourceDefinitionStatus
);
kind!(
    /// A CertificateSigningRequest.
    CertificateSigningRequest, CertificateSigningRequestSpec, CertificateSigningRequestStatus
);

/// The Service that answers for an extension of the API.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ServiceReference {
    /// Its namespace.
    pub namespace: Symbol,
    /// Its name.
    pub name: Symbol,
    /// Its port; `None` means 443.
    pub port: Option<i32>,
    /// The path that is asked.
    pub path: Option<Text>,
}

impl ServiceReference {
    /// The Service.
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new("v1", "Service", &self.namespace, &self.name)
    }
}

/// The spec of an APIService.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct APIServiceSpec {
    /// The group.
    pub group: Symbol,
    /// The version.
    pub version: Symbol,
    /// Who serves it; `None`: the API server itself.
    pub service: Option<ServiceReference>,
}

/// The status of an APIService.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct APIServiceStatus {
    /// `Available`.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}

/// The spec of a CustomResourceDefinition, without schemas.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CustomResourceDefinitionSpec {
    /// The group.
    pub group: Symbol,
    /// What its kind is called.
    #[serde(deserialize_with = "nullable")]
    pub names: CustomResourceNames,
    /// `Namespaced`, `Cluster`.
    pub scope: Symbol,
    /// Its versions.
    #[serde(deserialize_with = "nullable")]
    pub versions: Box<[CustomResourceVersion]>,
    /// How its versions become one another.
    #[serde(deserialize_with = "nullable")]
    pub conversion: CustomResourceConversion,
}

impl CustomResourceDefinition {
    /// The version to read: the stored one if it is served, or else the first that is.
    pub fn version(&self) -> Option<&str> {
        let served = || self.spec.versions.iter().filter(|version| version.served);
        served()
            .find(|version| version.storage)
            .or_else(|| served().next())
            .map(|version| version.name.as_str())
    }
}

/// What a custom kind is called.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CustomResourceNames {
    /// `Certificate`.
    pub kind: Symbol,
    /// `certificates`.
    pub plural: Symbol,
    /// `certificate`.
    pub singular: Symbol,
    /// `cert`.
    #[serde(deserialize_with = "nullable")]
    pub short_names: Box<[Symbol]>,
    /// What it is counted among.
    #[serde(deserialize_with = "nullable")]
    pub categories: Box<[Symbol]>,
}

/// A version of a custom kind.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CustomResourceVersion {
    /// `v1`.
    pub name: Symbol,
    /// Whether it can be read.
    #[serde(deserialize_with = "nullable")]
    pub served: bool,
    /// Whether it is what is stored.
    #[serde(deserialize_with = "nullable")]
    pub storage: bool,
    /// Whether clients are told to leave it.
    #[serde(deserialize_with = "nullable")]
    pub deprecated: bool,
}

/// How the versions of a custom kind become one another.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CustomResourceConversion {
    /// `None` (also where empty), `Webhook`.
    pub strategy: Symbol,
    /// For `Webhook`.
    #[serde(deserialize_with = "nullable")]
    pub webhook: ConversionWebhook,
}

/// Who converts a custom kind's versions.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConversionWebhook {
    /// Who is asked.
    #[serde(deserialize_with = "nullable")]
    pub client_config: WebhookClient,
}

/// The status of a CustomResourceDefinition.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CustomResourceDefinitionStatus {
    /// `NamesAccepted`, `Established`, `Terminating`, `NonStructuralSchema`.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
    /// The versions in which objects may be stored.
    #[serde(deserialize_with = "nullable")]
    pub stored_versions: Box<[Symbol]>,
}

/// The spec of a CertificateSigningRequest.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CertificateSigningRequestSpec {
    /// Who is to sign.
    #[serde(deserialize_with = "nullable")]
    pub signer_name: Text,
    /// Who asks.
    #[serde(deserialize_with = "nullable")]
    pub username: Text,
    /// What the certificate is for.
    #[serde(deserialize_with = "nullable")]
    pub usages: Box<[Symbol]>,
}

/// The status of a CertificateSigningRequest.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CertificateSigningRequestStatus {
    /// `Approved`, `Denied`, `Failed`.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
    /// Whether it was issued; what it says is not kept.
    #[serde(rename = "certificate", deserialize_with = "present")]
    pub issued: bool,
}
