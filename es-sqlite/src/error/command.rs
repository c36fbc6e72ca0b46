//! Commands that an error tells people to run, as their shell takes them.

use std::borrow::Cow;
use std::path::Path;

/// The command that runs statements on a file.
pub(super) fn sqlite3(path: &Path, sql: &str) -> String {
    format!("sqlite3 {} {}", word(&path.to_string_lossy()), word(sql))
}

/// A name in a statement, whatever is in it.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// One word for a POSIX shell; in quotes only where it would not be one by itself.
fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |it: char| it.is_alphanumeric() || "_./-+:,@%".contains(it);
    if !text.is_empty() && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_more_than_a_word_is_quoted() {
        let command = |path: &str, name: &str| sqlite3(Path::new(path), &identifier(name));
        assert_eq!(command("data/orders-1.db", "audit"), r#"sqlite3 data/orders-1.db '"audit"'"#);
        assert_eq!(command("größe.db", "audit"), r#"sqlite3 größe.db '"audit"'"#);
        assert_eq!(command("my shop/$1.db", "a\"b"), r#"sqlite3 'my shop/$1.db' '"a""b"'"#);
        assert_eq!(command("ada's.db", "ada's"), r#"sqlite3 'ada'\''s.db' '"ada'\''s"'"#);
        assert_eq!(word(""), "''");
    }

    /// The shell itself says whether it is one word.
    #[cfg(unix)]
    #[test]
    fn a_shell_gives_back_what_was_quoted() {
        for text in ["a b", "it's", "''", "\"$HOME\" `id` \\ * ;&|<>(){}[]!#~?", "a\nb", "~", "=ls"]
        {
            let script = format!("printf %s {}", word(text));
            let said = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), text);
        }
    }
}
