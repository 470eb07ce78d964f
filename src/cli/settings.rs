//! What the person has set: the configuration file and the folders around it.

use std::path::Path;

use super::CouldNot;
use super::args::Cli;
use crate::app::config::{Config, Dirs};
use crate::app::theme::Theme;
use crate::engine::filter;
use crate::engine::remote::RemoteAnalyzer;

/// Reads the configuration.
///
/// # Errors
/// The file that was named is not there, or a file says what has no meaning: with line and column.
pub fn read(cli: &Cli) -> Result<(Config, Option<Dirs>), CouldNot> {
    let dirs = Dirs::find(|name| std::env::var(name).ok());
    let config = match (&cli.console.config, &dirs) {
        (Some(path), _) if !path.exists() => {
            return Err(CouldNot(format!(
                "the configuration {} is not there",
                path.display()
            )));
        }
        (Some(path), _) => Config::load(path),
        (None, Some(dirs)) => Config::load(&dirs.config.join("config.toml")),
        (None, None) => Ok(Config::default()),
    };
    Ok((config.map_err(|error| CouldNot(error.to_string()))?, dirs))
}

/// The analyzers of other people that are asked too: those that are not switched off.
pub fn remote(cli: &Cli, config: &Config, dirs: Option<&Dirs>) -> Vec<RemoteAnalyzer> {
    let named = cli.console.config.as_deref().and_then(Path::parent);
    let folder = named.or_else(|| dirs.map(|dirs| dirs.config.as_path()));
    let folder = folder.unwrap_or(Path::new(""));
    let variable = |name: &str| std::env::var(name).ok();
    let all = config.custom_analyzers.iter();
    all.map(|one| one.analyzer(folder, variable))
        .filter(|one| !config.filters.off.contains(&filter::remote(&one.name).name))
        .collect()
}

/// The theme that was asked for; none of its colours where `NO_COLOR` is set (to anything but nothing, see
/// no-color.org) or the terminal has none.
///
/// # Errors
/// There is no such theme, or it does not parse.
pub fn theme(cli: &Cli, config: &Config, dirs: Option<&Dirs>) -> Result<Theme, CouldNot> {
    let name = cli.console.theme.as_deref().unwrap_or(&config.theme);
    let folder = dirs.map(|dirs| dirs.config.join("themes"));
    let theme = Theme::load(name, folder.as_deref()).map_err(|error| CouldNot(error.to_string()))?;
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let plain = set("NO_COLOR").is_some() || set("TERM").is_some_and(|term| term == "dumb");
    Ok(if plain { Theme::monochrome() } else { theme })
}
