//! Which provider: from the environment, or from where the config points.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;
use serde::Deserialize;

use crate::chat::consent::Consents;
use crate::chat::session::Speaker;
use crate::engine::object::Text;

/// Where a key alone points to.
const OPENAI: &str = "https://api.openai.com/v1";

/// How long a key command may take: some ask a hardware token.
const KEY_COMMAND: Duration = Duration::from_secs(30);

/// The table `[provider]` of the config.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProviderConfig {
    /// `https://api.example.com/v1`.
    pub base_url: Option<String>,
    /// The model's name.
    pub model: Option<String>,
    /// The environment variable that holds the key.
    pub key_env: Option<String>,
    /// A command that prints the key: program and arguments, run without a shell.
    pub key_command: Option<Vec<String>>,
    /// The most tokens of an answer.
    pub max_tokens: Option<u32>,
    /// The most tokens of a conversation.
    pub context_tokens: Option<u32>,
}

/// What is wrong with the settings, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(Text);

/// Where to send conversations and as whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The base URL, without a slash at its end, without a query.
    pub base: Text,
    /// The query of the base URL, such as `api-version`.
    pub query: Vec<(String, String)>,
    /// The host as shown and asked about, with its port where it is unusual.
    pub host: Text,
    /// The key, where there is one.
    pub key: Option<SecretString>,
    /// What the key came from, for messages: `K8STUI_API_KEY`.
    pub key_source: Text,
    /// A command that prints the key; see [`Settings::unlock`].
    pub key_command: Option<Vec<String>>,
    /// The model; `None` for the first that the endpoint lists.
    pub model: Option<Text>,
    /// The most tokens of an answer.
    pub max_tokens: Option<u32>,
    /// The most tokens of a conversation.
    pub context_tokens: Option<u32>,
    /// Whether it was named for this program (`K8STUI_*`, config): nobody needs to be asked.
    pub named_for_us: bool,
    local: bool,
}

impl Settings {
    /// The provider that was named for this program; `None` where none was. `env` reads the environment, which goes
    /// before the config.
    pub fn named(
        env: impl Fn(&str) -> Option<String>,
        config: &ProviderConfig,
    ) -> Result<Option<Self>, SettingsError> {
        let read = |name: &str| {
            env(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let from_env = read("K8STUI_BASE_URL");
        // A key that the config names belongs to the config's endpoint, not to another that the environment names.
        let config_endpoint = from_env.is_none() || from_env == config.base_url;
        let own_key = read("K8STUI_API_KEY");
        let base = from_env.or_else(|| config.base_url.clone());
        let has_key = own_key.is_some() || config.key_env.is_some() || config.key_command.is_some();
        if base.is_none() && !has_key {
            return Ok(None);
        }
        let mut settings = Self::at(base.as_deref().unwrap_or(OPENAI), "the base URL")?;
        settings.named_for_us = true;
        settings.model = read("K8STUI_MODEL")
            .or_else(|| config.model.clone())
            .map(Text::from);
        settings.max_tokens = config.max_tokens;
        settings.context_tokens = config.context_tokens;
        settings.key_source = "K8STUI_API_KEY".into();
        if let Some(key) = own_key {
            settings.key = Some(key.into());
        } else if config_endpoint && let Some(name) = &config.key_env {
            settings.key_source = name.as_str().into();
            let key = read(name).ok_or_else(|| {
                SettingsError(
                    format!("The config names {name} for the provider's key, but it is not set.").into(),
                )
            })?;
            settings.key = Some(key.into());
        } else if config_endpoint && let Some(command) = &config.key_command {
            settings.key_source = "key_command".into();
            settings.key_command = Some(command.clone());
        }
        Ok(Some(settings))
    }

    /// The provider that other programs' variables point to. To be offered, never used unasked.
    pub fn offered(env: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let key = env("OPENAI_API_KEY")?.trim().to_owned();
        if key.is_empty() {
            return None;
        }
        let base = env("OPENAI_BASE_URL").filter(|base| !base.trim().is_empty());
        let mut settings = Self::at(base.as_deref().unwrap_or(OPENAI), "OPENAI_BASE_URL").ok()?;
        settings.key = Some(key.into());
        settings.key_source = "OPENAI_API_KEY".into();
        settings.model = env("K8STUI_MODEL").map(Text::from);
        Some(settings)
    }

    /// Settings of an endpoint without a key.
    fn at(base: &str, what: &str) -> Result<Self, SettingsError> {
        let wrong = |why: &str| {
            SettingsError(
                format!(
                    "{what} is no address of a provider ({why}). It looks like http://localhost:11434/v1."
                )
                .into(),
            )
        };
        let mut url = Url::parse(base.trim()).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("not http or https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("a key does not belong into it; set K8STUI_API_KEY"));
        }
        let host = url.host_str().ok_or_else(|| wrong("no host"))?.to_owned();
        let local = is_local(&host);
        let shown = url
            .port()
            .map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let query = url.query_pairs().into_owned().collect();
        url.set_query(None);
        url.set_fragment(None);
        let mut base = url.to_string().trim_end_matches('/').to_owned();
        if let Some(short) = base.strip_suffix("/chat/completions") {
            base.truncate(short.len());
        } else if url.path() == "/" {
            base.push_str("/v1");
        }
        Ok(Self {
            base: base.into(),
            query,
            host: shown.into(),
            key: None,
            key_source: "K8STUI_API_KEY".into(),
            key_command: None,
            model: None,
            max_tokens: None,
            context_tokens: None,
            named_for_us: false,
            local,
        })
    }

    /// The same with the key that its command prints.
    pub async fn unlock(mut self) -> Result<Self, SettingsError> {
        let Some(command) = self.key_command.take() else {
            return Ok(self);
        };
        let wrong = |why: String| SettingsError(format!("key_command of the config: {why}.").into());
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| wrong("it is empty".to_owned()))?;
        let run = tokio::process::Command::new(program)
            .args(arguments)
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(KEY_COMMAND, run)
            .await
            .map_err(|_| wrong(format!("{program} took longer than {} s", KEY_COMMAND.as_secs())))?
            .map_err(|error| wrong(format!("{program} cannot be run: {error}")))?;
        if !output.status.success() {
            return Err(wrong(format!("{program} ended with {}", output.status)));
        }
        let key = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if key.is_empty() {
            return Err(wrong(format!("{program} printed nothing")));
        }
        self.key = Some(key.into());
        Ok(self)
    }

    /// Whether it is this machine. A private network is not: others read along there.
    pub const fn is_local(&self) -> bool {
        self.local
    }

    /// Whether it wants its key in Azure's header.
    pub(super) fn is_azure(&self) -> bool {
        let host = self.host.split(':').next().unwrap_or_default();
        [
            ".openai.azure.com",
            ".cognitiveservices.azure.com",
            ".services.ai.azure.com",
        ]
        .iter()
        .any(|end| host.ends_with(end))
    }

    /// The address of an endpoint's path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Who speaks with these settings. What was not named for this program is asked about wherever it is: a key that
    /// merely lies in the environment is no wish, and what listens on this machine may pass on what it hears.
    pub fn speaker(&self, model: Text, consents: &Consents) -> Speaker {
        Speaker::Model {
            name: model,
            host: self.host.clone(),
            local: self.local,
            allowed: self.named_for_us || consents.allows(&self.host),
        }
    }
}

fn is_local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.to_ascii_lowercase().ends_with(".localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn env(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| {
            pairs
                .iter()
                .find(|pair| pair.0 == name)
                .map(|pair| pair.1.to_owned())
        }
    }

    #[test]
    fn base_urls_in_every_form_lead_to_the_same_place() {
        let cases = [
            (
                "http://localhost:11434",
                "http://localhost:11434/v1",
                "localhost:11434",
                true,
            ),
            (
                "http://localhost:11434/v1/",
                "http://localhost:11434/v1",
                "localhost:11434",
                true,
            ),
            (
                "http://127.0.0.1:8080/v1/chat/completions",
                "http://127.0.0.1:8080/v1",
                "127.0.0.1:8080",
                true,
            ),
            ("http://[::1]:8080/v1", "http://[::1]:8080/v1", "[::1]:8080", true),
            (
                "https://api.openai.com/v1",
                "https://api.openai.com/v1",
                "api.openai.com",
                false,
            ),
            (
                "http://192.168.1.7:8000/v1",
                "http://192.168.1.7:8000/v1",
                "192.168.1.7:8000",
                false,
            ),
            (
                "https://x.openai.azure.com/openai/deployments/d?api-version=1",
                "https://x.openai.azure.com/openai/deployments/d",
                "x.openai.azure.com",
                false,
            ),
        ];
        for (given, base, host, local) in cases {
            let settings = Settings::at(given, "x").unwrap();
            assert_eq!(
                (&*settings.base, &*settings.host, settings.is_local()),
                (base, host, local)
            );
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (given, why) in [
            ("localhost:11434", "not http or https"),
            ("", "relative URL"),
            ("http://me:secret@llm.example.com/v1", "K8STUI_API_KEY"),
        ] {
            let error = Settings::at(given, "K8STUI_BASE_URL").unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("secret@"), "{error}");
        }
    }

    #[test]
    fn what_was_named_for_this_program_goes_unasked_and_the_rest_is_only_offered() {
        let none = ProviderConfig::default();
        assert!(
            Settings::named(env(&[("OPENAI_API_KEY", "sk-x")]), &none)
                .unwrap()
                .is_none()
        );
        let offered = Settings::offered(env(&[("OPENAI_API_KEY", " sk-x\n")])).unwrap();
        assert!(!offered.named_for_us);
        assert_eq!(offered.key.as_ref().unwrap().expose_secret(), "sk-x");
        let named = Settings::named(
            env(&[
                ("K8STUI_BASE_URL", "https://llm.example.com/v1"),
                ("OPENAI_API_KEY", "sk-x"),
            ]),
            &none,
        )
        .unwrap()
        .unwrap();
        assert!(named.named_for_us);
        assert!(
            named.key.is_none(),
            "another program's key must not go to this host"
        );
    }

    #[test]
    fn a_key_never_shows_in_debug() {
        let named = Settings::named(
            env(&[("K8STUI_API_KEY", "sk-very-secret")]),
            &ProviderConfig::default(),
        )
        .unwrap()
        .unwrap();
        assert!(!format!("{named:?}").contains("very"));
    }

    #[test]
    fn a_config_key_does_not_go_to_an_endpoint_of_the_environment() {
        let config = ProviderConfig {
            base_url: Some("https://a.example.com/v1".into()),
            key_env: Some("A_KEY".into()),
            ..ProviderConfig::default()
        };
        let pairs = &[("A_KEY", "secret"), ("K8STUI_BASE_URL", "http://localhost:1/v1")];
        assert!(
            Settings::named(env(pairs), &config)
                .unwrap()
                .unwrap()
                .key
                .is_none()
        );
        assert!(
            Settings::named(env(&[("A_KEY", "secret")]), &config)
                .unwrap()
                .unwrap()
                .key
                .is_some()
        );
        let missing = Settings::named(env(&[]), &config).unwrap_err();
        assert!(missing.to_string().contains("A_KEY"), "{missing}");
    }

    #[test]
    fn a_config_with_an_unknown_key_says_which() {
        let error = toml::from_str::<ProviderConfig>("api_key = \"x\"").unwrap_err();
        assert!(error.to_string().contains("api_key"), "{error}");
    }

    #[tokio::test]
    async fn a_key_command_is_run_without_a_shell() {
        let config = ProviderConfig {
            key_command: Some(vec!["echo".into(), "$HOME key".into()]),
            ..ProviderConfig::default()
        };
        let settings = Settings::named(env(&[]), &config)
            .unwrap()
            .unwrap()
            .unlock()
            .await
            .unwrap();
        assert_eq!(settings.key.unwrap().expose_secret(), "$HOME key");
        let config = ProviderConfig {
            key_command: Some(vec!["false".into()]),
            ..ProviderConfig::default()
        };
        let error = Settings::named(env(&[]), &config)
            .unwrap()
            .unwrap()
            .unlock()
            .await
            .unwrap_err();
        assert!(error.to_string().contains("key_command"), "{error}");
    }
}
