//! Shell, painted without a grammar: what commands need is their words, quotes and comments.
//!
//! syntect's grammar for it takes 11 MiB and some 100 ms at its first use, in the middle of a frame.

use crate::app::theme::Role;

/// How far a script has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shell {
    /// The quote that is open, if one is.
    quote: Option<char>,
    /// Whether the next word is a command's name.
    command: bool,
}

impl Shell {
    /// At the beginning of a script.
    pub(super) const fn new() -> Self {
        Self {
            quote: None,
            command: true,
        }
    }

    /// Gives the next line piece by piece, each with its role.
    pub(super) fn regions(&mut self, line: &str, mut each: impl FnMut(&str, Role)) {
        let mut rest = line;
        while !rest.is_empty() {
            let (length, role) = self.piece(rest);
            let (piece, after) = rest.split_at(length);
            each(piece, role);
            rest = after;
        }
        // A backslash carries the command over the end of its line; an open quote stays open.
        if self.quote.is_none() && !line.ends_with('\\') {
            self.command = true;
        }
    }

    /// How many bytes of `rest` belong together, and as what.
    fn piece(&mut self, rest: &str) -> (usize, Role) {
        if let Some(quote) = self.quote {
            let (length, closed) = quoted(rest, quote);
            if closed {
                self.quote = None;
            }
            return (length, Role::CodeString);
        }
        let mut chars = rest.char_indices();
        let Some((_, first)) = chars.next() else {
            return (0, Role::Code);
        };
        match first {
            '#' => (rest.len(), Role::CodeComment),
            '\'' | '"' => {
                self.quote = Some(first);
                self.command = false;
                let (length, closed) = quoted(chars.as_str(), first);
                if closed {
                    self.quote = None;
                }
                (first.len_utf8() + length, Role::CodeString)
            }
            '|' | ';' | '&' | '(' | '`' => {
                self.command = true;
                (1, Role::Code)
            }
            _ if first.is_whitespace() => {
                let end = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
                (end, Role::Code)
            }
            _ => self.word(rest),
        }
    }

    fn word(&mut self, rest: &str) -> (usize, Role) {
        let ends = |c: char| c.is_whitespace() || matches!(c, '|' | ';' | '&' | '(' | ')' | '`' | '\'' | '"');
        // The first character begins it, whatever it is: a lone ) is a word too.
        let begin = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest
            .get(begin..)
            .and_then(|tail| tail.find(ends))
            .map_or(rest.len(), |tail| begin + tail);
        let word = rest.get(..end).unwrap_or(rest);
        // An assignment stands before the command, as in `LANG=C sort`.
        let assigns = word.split_once('=').is_some_and(|(name, _)| is_name(name));
        let role = if self.command && !assigns && word != "\\" {
            Role::CodeKey
        } else if word.parse::<f64>().is_ok() {
            Role::CodeNumber
        } else {
            Role::Code
        };
        self.command &= assigns;
        (end, role)
    }
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// How far a quoted text goes, its closing quote included, and whether it closes.
fn quoted(text: &str, quote: char) -> (usize, bool) {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            // Nothing escapes in single quotes.
            '\\' if quote == '"' && !escaped => escaped = true,
            _ if c == quote && !escaped => return (at + c.len_utf8(), true),
            _ => escaped = false,
        }
    }
    (text.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces with the first letter of their role: Command, Text, String, Number, comment (#).
    fn painted(script: &str) -> String {
        let mut shell = Shell::new();
        let mut text = String::new();
        for line in script.lines() {
            shell.regions(line, |piece, role| {
                let sign = match role {
                    Role::CodeKey => 'c',
                    Role::CodeString => 's',
                    Role::CodeNumber => 'n',
                    Role::CodeComment => '#',
                    _ => return text.push_str(piece),
                };
                text.extend(["<", &sign.to_string(), " ", piece, ">"]);
            });
            text.push('\n');
        }
        text
    }

    #[test]
    fn words_quotes_and_comments() {
        let cases = [
            ("kubectl get pods", "<c kubectl> get pods\n"),
            (
                "kubectl scale d/x --replicas 3",
                "<c kubectl> scale d/x --replicas <n 3>\n",
            ),
            ("a | b && c; d", "<c a> | <c b> && <c c>; <c d>\n"),
            ("# changes the cluster", "<# # changes the cluster>\n"),
            ("x # why", "<c x> <# # why>\n"),
            ("echo a#b", "<c echo> a#b\n"),
            ("k patch -p '{\"a\": 1}' x", "<c k> patch -p <s '{\"a\": 1}'> x\n"),
            ("echo \"a \\\" b\" c", "<c echo> <s \"a \\\" b\"> c\n"),
            ("echo 'a\nb' c", "<c echo> <s 'a>\n<s b'> c\n"),
            ("k get \\\n  pods\nls", "<c k> get \\\n  pods\n<c ls>\n"),
            ("LANG=C sort x", "LANG=C <c sort> x\n"),
            ("$(date) ü", "<c $>(<c date>) ü\n"),
        ];
        for (script, wanted) in cases {
            assert_eq!(painted(script), wanted, "{script}");
        }
    }

    #[test]
    fn every_byte_is_given_once() {
        for script in ["a'b\"c", "\\", "))(", "é'é\"é\\", " \t#", "a\\\n"] {
            let mut shell = Shell::new();
            let mut all = String::new();
            shell.regions(script, |piece, _| all.push_str(piece));
            assert_eq!(all, script);
        }
    }
}
