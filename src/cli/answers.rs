//! Who answers: the model that was named for this program, or the playbook.

use super::CouldNot;
use super::doctor::{Check, Verdict};
use crate::app::config::{Config, Dirs};
use crate::chat::consent::Consents;
use crate::chat::driver::Places;
use crate::chat::provider::openai::OpenAi;
use crate::chat::provider::{Settings, SharedProvider, open};
use crate::chat::redact::Redactor;
use crate::chat::session::Speaker;

/// Who answers.
pub struct Answers {
    /// Where conversations go; `None` for the playbook.
    pub provider: Option<SharedProvider>,
    /// How they are introduced.
    pub speaker: Speaker,
}

impl Answers {
    /// Those of the environment and the configuration. With `offer`, where none was named for this program, those
    /// that another program's variables point to: the person is asked before anything goes there.
    ///
    /// # Errors
    /// The provider is named, but in a way that cannot work.
    pub async fn configured(config: &Config, consents: &Consents, offer: bool) -> Result<Self, CouldNot> {
        let offered = || Settings::offered(|name| std::env::var(name).ok()).filter(|_| offer);
        let Some(settings) = named(config)?.or_else(offered) else {
            return Ok(Self {
                provider: None,
                speaker: Speaker::Playbook,
            });
        };
        let opened = open(settings, consents).await;
        let (provider, speaker) = opened.map_err(|failure| CouldNot(failure.line.to_string()))?;
        Ok(Self {
            provider: Some(provider),
            speaker,
        })
    }
}

fn named(config: &Config) -> Result<Option<Settings>, CouldNot> {
    Settings::named(|name| std::env::var(name).ok(), &config.provider)
        .map_err(|error| CouldNot(error.to_string()))
}

/// Where conversations leave traces; nowhere for one without a home.
pub fn places(dirs: Option<&Dirs>) -> Places {
    Places {
        sessions: dirs.map(|dirs| dirs.data.join("sessions")),
        consent: dirs.map(|dirs| dirs.data.join("consent.json")),
    }
}

/// A redactor whose marks nobody can try words against: its salt is of this run alone.
pub fn redactor() -> Redactor {
    let mut salt = [0; 16];
    // Two hashers are seeded by the system's random numbers; together they fill the salt.
    for half in salt.chunks_mut(8) {
        use std::hash::{BuildHasher, Hasher};
        let random = std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish();
        half.copy_from_slice(&random.to_ne_bytes());
    }
    Redactor::new(salt)
}

/// What the doctor says of the provider.
pub async fn checks(config: &Config) -> Vec<Check> {
    const WHAT: &str = "provider";
    let settings = match named(config) {
        Ok(Some(settings)) => match settings.unlock().await {
            Ok(settings) => settings,
            Err(error) => return vec![Check::new(Verdict::Bad, WHAT, error.to_string())],
        },
        Ok(None) => {
            let mut said =
                "none: the playbook answers. Name one with K8STUI_BASE_URL, or in config.toml".to_owned();
            if let Some(offered) = Settings::offered(|name| std::env::var(name).ok()) {
                said = format!(
                    "none: the playbook answers. OPENAI_API_KEY is set but not used unasked; to use it: \
                     K8STUI_API_KEY=$OPENAI_API_KEY, with {}",
                    offered.host
                );
            }
            return vec![Check::new(Verdict::Poor, WHAT, said)];
        }
        Err(error) => return vec![Check::new(Verdict::Bad, WHAT, error.to_string())],
    };
    let place = if settings.is_local() {
        "on this machine"
    } else {
        "elsewhere: what goes there is redacted"
    };
    let host = settings.host.clone();
    let named = match OpenAi::new(settings) {
        Ok(model) => model.model().await,
        Err(failure) => Err(failure),
    };
    vec![match named {
        Ok(model) => Check::new(Verdict::Good, WHAT, format!("{model} at {host}, {place}")),
        Err(failure) => Check::new(Verdict::Bad, WHAT, failure.line.to_string()),
    }]
}
