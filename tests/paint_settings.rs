//! What the person's machine gives: themes, configuration, keys, clipboard.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use k8stui::app::clipboard::{
    AnyClipboard, Clipboard, ClipboardError, MAX_TEXT, Multiplexer, Route, Surroundings, SystemCopy, osc52,
};
use k8stui::app::config::{Config, Dirs};
use k8stui::app::keymap::{Action, Focus, Keymap, Preset};
use k8stui::app::theme::{Role, Theme};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Color, Modifier};

#[test]
fn every_built_in_theme_names_every_role_and_uses_sixteen_colours() {
    assert_eq!(Theme::names(None), ["dark", "light"]);
    for name in Theme::names(None) {
        let text = std::fs::read_to_string(format!("themes/{name}.toml")).unwrap();
        for role in Role::ALL {
            let line = format!("\n{} = ", role.name());
            assert_eq!(text.matches(&line).count(), 1, "{name}: {}", role.name());
        }
        let theme = Theme::load(&name, None).unwrap();
        for role in Role::ALL {
            let style = theme.style(*role);
            let of_sixteen =
                |colour: Option<Color>| !matches!(colour, Some(Color::Rgb(..) | Color::Indexed(_)));
            assert!(
                of_sixteen(style.fg) && of_sixteen(style.bg),
                "{name}: {}",
                role.name()
            );
        }
        assert_ne!(theme.style(Role::Critical), theme.style(Role::Warning));
    }
}

#[test]
fn without_colour_there_is_none() {
    let theme = Theme::monochrome();
    for role in Role::ALL {
        let style = theme.style(*role);
        assert_eq!((style.fg, style.bg), (None, None), "{}", role.name());
    }
    assert!(theme.style(Role::Critical).add_modifier.contains(Modifier::BOLD));
}

#[test]
fn a_persons_own_theme_goes_before_the_built_in() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("dark.toml"),
        "critical = \"#ff8800 bold on black\"\n",
    )
    .unwrap();
    std::fs::write(dir.path().join("mine.toml"), "dim = \"dim\"\n").unwrap();
    assert_eq!(Theme::names(Some(dir.path())), ["dark", "light", "mine"]);
    let dark = Theme::load("dark", Some(dir.path())).unwrap();
    assert_eq!(dark.style(Role::Critical).fg, Some(Color::Rgb(0xff, 0x88, 0)));
    assert_eq!(dark.style(Role::Critical).bg, Some(Color::Black));
    let mine = Theme::load("mine", Some(dir.path())).unwrap();
    assert_eq!(
        mine.style(Role::Warning),
        Theme::dark().style(Role::Warning),
        "what it leaves out"
    );
    assert_eq!(
        dark.style(Role::Warning),
        Theme::dark().style(Role::Warning),
        "what it leaves out"
    );
}

#[test]
fn a_theme_with_a_mistake_says_where_and_what_is_allowed() {
    let error = |text: &str| {
        Theme::parse("mine", text, Path::new("mine.toml"))
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(
        [
            error("critcal = \"red\""),
            error("text = \"\"\nwarning = \"bold  yelow\""),
            error("text = 3"),
            error("text = \"#12345\""),
            error("text = \"red"),
            error("[colors]\nred = \"x\""),
            Theme::load("nord", None).unwrap_err().to_string(),
        ]
        .join("\n\n")
    );
}

#[test]
fn a_configuration_with_a_mistake_says_where_and_what_was_meant() {
    let error = |text: &str| {
        Config::parse(text, Path::new("config.toml"))
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(
        [
            error("theme = \"dark\"\n[provider]\nbase-url = \"http://localhost\""),
            error("[provider]\nkey = \"sk-123\""),
            error("them = \"dark\""),
            error("keys = \"emacs\""),
            error("read_only = \"yes\""),
            error("[ui\nascii = true"),
            error("theme = \"dark\"\ntheme = \"light\""),
        ]
        .join("\n\n")
    );
}

#[test]
fn a_configuration_that_is_not_there_is_the_default() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(
        Config::load(&dir.path().join("config.toml")).unwrap(),
        Config::default()
    );
    assert!(
        Config::load(dir.path())
            .unwrap_err()
            .to_string()
            .starts_with("cannot read ")
    );
    let config = Config::parse(
        "theme = \"light\"\nkeys = \"vi\"\nread_only = true\n[provider]\nbase_url = \"http://localhost:11434/v1\"\nmodel = \"llama3.1\"\nkey_command = [\"pass\", \"openai\"]\n[ui]\nascii = true\n[namespaces]\nexclude = [\"kube-system\"]\n",
        Path::new("config.toml"),
    )
    .unwrap();
    assert_eq!(config.keys, Preset::Vi);
    assert_eq!(
        config.provider.key_command.as_deref(),
        Some(&["pass".to_owned(), "openai".to_owned()][..])
    );
    assert!(config.ui.ascii && !config.ui.mouse && config.read_only);
}

#[test]
fn xdg_folders_hold_everywhere() {
    let dirs = Dirs::find(|name| {
        let folder = match name {
            "XDG_CONFIG_HOME" => "/c",
            "XDG_DATA_HOME" => "/d",
            "XDG_CACHE_HOME" => "/h",
            "XDG_STATE_HOME" => "/s",
            _ => return None,
        };
        Some(folder.to_owned())
    })
    .unwrap();
    assert_eq!(dirs.config_file(), PathBuf::from("/c/k8stui/config.toml"));
    assert_eq!(dirs.themes(), PathBuf::from("/c/k8stui/themes"));
    assert_eq!(
        (dirs.data, dirs.cache, dirs.state),
        ("/d/k8stui".into(), "/h/k8stui".into(), "/s/k8stui".into())
    );
}

fn press(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
    KeyEvent::new(code, modifiers)
}

#[test]
fn the_keys_of_the_screens_do_what_these_say() {
    let keymap = Keymap::default();
    let none = KeyModifiers::NONE;
    for (focus, code, modifiers, action) in [
        (Focus::Tree, KeyCode::Char('j'), none, Some(Action::Down)),
        (Focus::Tree, KeyCode::Up, none, Some(Action::Up)),
        (
            Focus::Tree,
            KeyCode::Char('G'),
            KeyModifiers::SHIFT,
            Some(Action::Bottom),
        ),
        (Focus::Tree, KeyCode::Char('G'), none, Some(Action::Bottom)),
        (Focus::Tree, KeyCode::Char(' '), none, Some(Action::Fold)),
        (Focus::Tree, KeyCode::Char('l'), none, Some(Action::Logs)),
        (Focus::Tree, KeyCode::Char('y'), none, Some(Action::Copy)),
        (Focus::Tree, KeyCode::Enter, none, Some(Action::Enter)),
        (Focus::Detail, KeyCode::Char('2'), none, Some(Action::Evidence(2))),
        (Focus::Detail, KeyCode::Char('0'), none, None),
        (
            Focus::Composer,
            KeyCode::Char('2'),
            KeyModifiers::ALT,
            Some(Action::CopyCommand(2)),
        ),
        (Focus::Composer, KeyCode::Char('y'), none, None),
        (Focus::Composer, KeyCode::Char('q'), none, None),
        (
            Focus::Composer,
            KeyCode::Enter,
            KeyModifiers::SHIFT,
            Some(Action::NewLine),
        ),
        (
            Focus::Composer,
            KeyCode::Char('c'),
            KeyModifiers::CONTROL,
            Some(Action::Quit),
        ),
        (Focus::Logs, KeyCode::Char('\\'), none, Some(Action::KeepMatches)),
        (
            Focus::Logs,
            KeyCode::BackTab,
            KeyModifiers::SHIFT,
            Some(Action::PreviousPane),
        ),
        (Focus::Dialog, KeyCode::Char('n'), none, Some(Action::Decline)),
    ] {
        assert_eq!(
            keymap.action(focus, press(code, modifiers)),
            action,
            "{focus:?} {code:?} {modifiers:?}"
        );
    }
    let vi = Keymap::new(Preset::Vi);
    assert_eq!(
        vi.action(Focus::Tree, press(KeyCode::Char('l'), none)),
        Some(Action::Unfold)
    );
    assert_eq!(
        vi.action(Focus::Tree, press(KeyCode::Char('L'), none)),
        Some(Action::Logs)
    );
}

#[test]
fn the_footer_and_the_page_of_keys_come_from_the_table() {
    let keymap = Keymap::default();
    let mut shown = String::new();
    for focus in Focus::ALL {
        let footer: Vec<String> = keymap
            .footer(*focus)
            .iter()
            .map(|hint| format!("{} {}", hint.key, hint.label))
            .collect();
        writeln!(shown, "{}: {}", focus.title(), footer.join("   ")).unwrap();
        for line in keymap.help(*focus) {
            writeln!(shown, "    {:<28} {}", line.keys, line.text).unwrap();
        }
    }
    insta::assert_snapshot!(shown);
}

/// What was written where, and a clipboard over it.
fn clipboard(surroundings: Surroundings, works: bool) -> (AnyClipboard<Vec<u8>>, Arc<Mutex<Vec<String>>>) {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&taken);
    let system: SystemCopy = Box::new(move |text| {
        into.lock()
            .map_err(|error| error.to_string())?
            .push(text.to_owned());
        if works {
            Ok(())
        } else {
            Err("no display".to_owned())
        }
    });
    (AnyClipboard::new(surroundings, system, Vec::new()), taken)
}

#[test]
fn a_text_reaches_the_clipboard_of_the_person() {
    let remote = Surroundings {
        remote: true,
        multiplexer: None,
    };
    for (surroundings, works, route, asked) in [
        (Surroundings::default(), true, Route::System, 1),
        (Surroundings::default(), false, Route::Terminal, 1),
        (remote, true, Route::Terminal, 0),
    ] {
        let (mut clipboard, taken) = clipboard(surroundings, works);
        assert_eq!(clipboard.copy("kubectl get pods").unwrap(), route);
        assert_eq!(taken.lock().unwrap().len(), asked);
        let written = String::from_utf8(clipboard.into_terminal()).unwrap();
        match route {
            Route::System => assert_eq!(written, ""),
            Route::Terminal => assert_eq!(written, "\x1b]52;c;a3ViZWN0bCBnZXQgcG9kcw==\x07"),
        }
    }
}

#[test]
fn multiplexers_hand_the_sequence_through() {
    assert_eq!(
        osc52("hi", Some(Multiplexer::Tmux)).unwrap(),
        "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\"
    );
    assert_eq!(
        osc52("hi", Some(Multiplexer::Screen)).unwrap(),
        "\x1bP\x1b]52;c;aGk=\x07\x1b\\"
    );
    let long = osc52(&"x".repeat(3_000), Some(Multiplexer::Screen)).unwrap();
    let parts: Vec<&str> = long.split("\x1b\\").filter(|part| !part.is_empty()).collect();
    assert!(
        parts
            .iter()
            .all(|part| part.starts_with("\x1bP") && part.len() <= 768)
    );
    let inner: String = parts.iter().map(|part| &part[2..]).collect();
    assert_eq!(inner, osc52(&"x".repeat(3_000), None).unwrap());
}

#[test]
fn what_is_too_long_for_a_terminal_is_refused() {
    assert!(osc52(&"x".repeat(MAX_TEXT), None).unwrap().len() <= 100_000);
    let (mut clipboard, _) = clipboard(Surroundings::default(), false);
    let error = clipboard.copy(&"x".repeat(MAX_TEXT + 1)).unwrap_err();
    assert!(matches!(error, ClipboardError::TooLong { bytes } if bytes == MAX_TEXT + 1));
    assert!(clipboard.into_terminal().is_empty());
}

#[test]
fn the_environment_tells_where_one_is() {
    let of = |set: &[&str]| Surroundings::of(|name| set.contains(&name).then(|| "x".to_owned()));
    assert_eq!(of(&[]), Surroundings::default());
    assert!(of(&["SSH_TTY"]).remote && of(&["SSH_CONNECTION"]).remote);
    assert_eq!(of(&["TMUX", "STY"]).multiplexer, Some(Multiplexer::Tmux));
    assert_eq!(of(&["STY"]).multiplexer, Some(Multiplexer::Screen));
}
