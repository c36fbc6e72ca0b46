//! Tells code from comments and literals, so that a rule looks only where it means to.
//!
//! Rejected: a real parser. Rules have to work on files that do not parse, such as ui tests, and
//! nothing here needs more than where a comment or a literal begins and ends.

/// What a character of Rust text belongs to. Quotes and slashes belong to what they enclose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Code,
    Comment,
    Literal,
}

/// The kind of each character of a text.
pub(crate) struct Mask(Vec<Kind>);

impl Mask {
    /// A mask for what is no Rust: nothing is of any kind.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn of(text: &str) -> Self {
        let text: Vec<char> = text.chars().collect();
        let mut kinds = Vec::with_capacity(text.len());
        while kinds.len() < text.len() {
            let (length, kind) = token(&text, kinds.len());
            let end = (kinds.len() + length).min(text.len());
            kinds.resize(end, kind);
        }
        Self(kinds)
    }

    /// The text with spaces for characters of other kinds; lines stay where they are.
    pub(crate) fn only(&self, text: &str, kinds: &[Kind]) -> String {
        text.chars()
            .zip(&self.0)
            .map(
                |(character, kind)| {
                    if character == '\n' || kinds.contains(kind) { character } else { ' ' }
                },
            )
            .collect()
    }
}

/// How far the comment, literal or piece of code at `start` reaches.
fn token(text: &[char], start: usize) -> (usize, Kind) {
    let rest = &text[start..];
    let in_word = start > 0 && is_word(text[start - 1]);
    match rest {
        ['/', '/', ..] => (until(rest, &['\n']), Kind::Comment),
        ['/', '*', ..] => (block_comment(rest), Kind::Comment),
        ['"', ..] => (quoted(rest, '"'), Kind::Literal),
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => (quoted(rest, '\''), Kind::Literal),
        ['r', '"' | '#', ..] if !in_word => raw(rest, 1),
        ['b' | 'c', 'r', '"' | '#', ..] if !in_word => raw(rest, 2),
        _ => (1, Kind::Code),
    }
}

pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn until(text: &[char], end: &[char]) -> usize {
    text.windows(end.len()).position(|window| window == end).unwrap_or(text.len())
}

/// Block comments nest.
fn block_comment(text: &[char]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        match &text[at..] {
            ['/', '*', ..] => {
                depth += 1;
                at += 2;
            }
            ['*', '/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

fn quoted(text: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            '\\' => at += 2,
            character if character == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// A raw string, or a raw identifier such as `r#type`, which is code.
fn raw(text: &[char], prefix: usize) -> (usize, Kind) {
    let hashes = text[prefix..].iter().take_while(|&&c| c == '#').count();
    let body = prefix + hashes + 1;
    if text.get(body - 1) != Some(&'"') {
        return (prefix, Kind::Code);
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    (body + until(&text[body..], &end) + end.len(), Kind::Literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str, kind: Kind) -> String {
        let words = Mask::of(text).only(text, &[kind]);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_literals_are_told_from_code() {
        let text = "let a = \"b // \\\" c\"; // d \"e\"\n/* f /* g */ h */ let i = 'j';";
        assert_eq!(only(text, Kind::Code), "let a = ; let i = ;");
        assert_eq!(only(text, Kind::Comment), "// d \"e\" /* f /* g */ h */");
        assert_eq!(only(text, Kind::Literal), "\"b // \\\" c\" 'j'");
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        let text = "f(r#\"a \" b\"#, br\"c\\\", r#type, bar\"d\")";
        assert_eq!(only(text, Kind::Code), "f( , , r#type, bar )");
    }

    #[test]
    fn lifetimes_are_code_and_quotes_in_characters_open_nothing() {
        assert_eq!(only("fn f<'a>(x: &'a str)", Kind::Code), "fn f<'a>(x: &'a str)");
        assert_eq!(only("('\"', '\\'', x)", Kind::Code), "( , , x)");
    }

    #[test]
    fn what_never_ends_reaches_to_the_end() {
        assert_eq!(only("a \"b", Kind::Literal), "\"b");
        assert_eq!(only("a /* b", Kind::Comment), "/* b");
    }
}
